//! The inner namespaces: user, mount, pid, net, ipc, uts and cgroup, owned by the unprivileged owner.

use std::{
    io::{Read as _, Write as _},
    os::{
        fd::{AsRawFd as _, OwnedFd},
        unix::net::UnixStream,
    },
};

use nix::{
    sched::{CloneFlags, unshare},
    sys::wait::waitpid,
    unistd::{ForkResult, Gid, Pid, Uid, fork, setgroups, setresgid, setresuid},
};
use protocol::{ID_RANGE, Setup};

use super::delegation::Ways;
use crate::{
    fault::{Doing as _, Fault},
    inner::{self, Handed},
};

/// Start the inner init, in the learner's control groups where there are such. `theirs` is its end of the control socket,
/// `ours` is closed on its side.
pub(super) fn start_inner(setup: &Setup, groups: Option<Ways>, theirs: OwnedFd, ours: &OwnedFd) -> Result<(), Fault> {
    let (mut parent, mut child) = UnixStream::pair().doing("make a pair of sockets")?;
    // SAFETY: this process has one thread, so the child may run any code.
    match unsafe { fork() }.doing("fork")? {
        ForkResult::Child => {
            drop(parent);
            let outcome = enter(setup, groups, &mut child, theirs, ours);
            if let Err(fault) = outcome {
                eprintln!("supervisor: {}", fault.chain());
            }
            std::process::exit(1);
        }
        ForkResult::Parent { child: pid } => {
            drop(child);
            drop((theirs, groups));
            let mut byte = [0];
            parent.read_exact(&mut byte).doing("wait for the inner user namespace")?;
            write_maps(pid)?;
            parent.write_all(&byte).doing("tell the inner init")?;
            waitpid(pid, None).doing("wait for the inner init")?;
            Ok(())
        }
    }
}

fn write_maps(pid: Pid) -> Result<(), Fault> {
    let map = format!("0 {} {}\n", ID_RANGE.0, ID_RANGE.1);
    for file in ["uid_map", "gid_map"] {
        std::fs::write(format!("/proc/{pid}/{file}"), &map).doing(format!("write the inner {file}"))?;
    }
    Ok(())
}

/// In the child: make the namespaces and leave the inner init behind as PID 1 of them.
fn enter(
    setup: &Setup,
    groups: Option<Ways>,
    parent: &mut UnixStream,
    theirs: OwnedFd,
    ours: &OwnedFd,
) -> Result<(), Fault> {
    // The outer side's end. Its owner is on the stack of a function that this process never returns to.
    nix::unistd::close(ours.as_raw_fd()).doing("close the outer side's socket")?;
    unshare(CloneFlags::CLONE_NEWUSER).doing("make a user namespace")?;
    parent.write_all(&[0]).doing("tell the parent")?;
    parent.read_exact(&mut [0]).doing("wait for the id maps")?;
    let (uid, gid) = (Uid::from_raw(0), Gid::from_raw(0));
    setgroups(&[]).doing("leave all groups")?;
    setresgid(gid, gid, gid).doing("become the inner root group")?;
    setresuid(uid, uid, uid).doing("become the inner root")?;
    groups.as_ref().map_or(Ok(()), Ways::enter_learner)?;
    unshare(
        CloneFlags::CLONE_NEWNS
            | CloneFlags::CLONE_NEWPID
            | CloneFlags::CLONE_NEWNET
            | CloneFlags::CLONE_NEWIPC
            | CloneFlags::CLONE_NEWUTS
            | CloneFlags::CLONE_NEWCGROUP,
    )
    .doing("make the inner namespaces")?;
    groups.as_ref().map_or(Ok(()), Ways::enter_host)?;
    let handed = if groups.is_some() { Handed::Over } else { Handed::No };
    drop(groups);
    // SAFETY: this process has one thread.
    match unsafe { fork() }.doing("fork")? {
        ForkResult::Child => {
            if let Err(fault) = inner::init(setup, handed, theirs) {
                eprintln!("supervisor: inner: {}", fault.chain());
            }
            std::process::exit(1);
        }
        // The inner init becomes a child of PID 1.
        ForkResult::Parent { .. } => std::process::exit(0),
    }
}
