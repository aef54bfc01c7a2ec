//! The sandbox's control group is parted, so that the learner's engine can limit containers; see [`groups`].
//! Invariant: what limits the sandbox as a whole belongs to uid 0, who is nobody once the learner can act; the learner's
//! root may part one group below it further, and reaches nothing above that one.

use std::{
    fs::{self, File, Permissions},
    io::ErrorKind,
    os::{
        fd::{AsFd as _, AsRawFd as _, OwnedFd},
        unix::fs::PermissionsExt as _,
    },
    path::Path,
    time::{Duration, Instant},
};

use nix::{
    mount::{MsFlags, mount},
    sched::{CloneFlags, unshare},
    sys::{
        socket::{AddressFamily, SockFlag, SockType, socketpair},
        wait::waitpid,
    },
    unistd::{ForkResult, Gid, fork, getppid, setresgid},
};
use protocol::ID_RANGE;

use crate::{
    fault::{Doing as _, Fault},
    groups, inner, wire,
};

/// Where the child mounts the groups, for itself alone: a folder that is there, and not yet used. The kernel refuses to
/// put them on top of themselves, where the engine shows them.
const PLACE: &str = inner::ROOT;
/// What is written to by who parts a group; no limit is among it.
const HANDED_OVER: [&str; 3] = [groups::PROCESSES, "cgroup.threads", groups::IN_PARTS];
/// Groups that a learner may make, of which the host's kernel has a bounded number. A container takes one, and the limit
/// of processes is reached with far fewer containers.
const MOST_GROUPS: &str = "256";
/// A runtime that is just putting an exec into the container's own group is done with that in much less.
const PATIENCE: Duration = Duration::from_secs(5);

/// The ways into the learner's groups.
pub(super) struct Ways {
    learner: File,
    host: File,
}

impl Ways {
    /// Move this process to where the learner's view of the groups begins.
    pub(super) fn enter_learner(&self) -> Result<(), Fault> {
        groups::enter(&self.learner)
    }

    /// Move this process on to the first host's programs.
    pub(super) fn enter_host(&self) -> Result<(), Fault> {
        groups::enter(&self.host)
    }
}

/// Part the container's group, as uid 0. `None` where there is nothing to part, or the kernel refuses it: then limits on
/// a learner's containers are not enforced, which a probe finds out; those of the sandbox are as they were.
pub(super) fn part() -> Option<Ways> {
    // Version 1 cannot be handed on.
    if !Path::new(groups::ROOT).join(groups::CONTROLLERS).exists() {
        return None;
    }
    match try_part() {
        Ok(ways) => Some(ways),
        Err(fault) => {
            eprintln!("supervisor: control groups are not handed on: {}", fault.chain());
            None
        }
    }
}

/// A child does it, for the engine shows the groups read-only, and to mount them anew takes namespaces of one's own.
/// Nobody has a number in that user namespace, and nobody needs one: to the kernel the child is still uid 0, whose the
/// files are.
fn try_part() -> Result<Ways, Fault> {
    let (ours, theirs) = socketpair(AddressFamily::Unix, SockType::SeqPacket, None, SockFlag::SOCK_CLOEXEC)
        .doing("make a pair of sockets")?;
    // SAFETY: this process has one thread, so the child may run any code.
    match unsafe { fork() }.doing("fork")? {
        ForkResult::Child => {
            drop(ours);
            let outcome = part_in_child(&theirs);
            if let Err(fault) = &outcome {
                eprintln!("supervisor: {}", fault.chain());
            }
            std::process::exit(i32::from(outcome.is_err()));
        }
        ForkResult::Parent { child } => {
            drop(theirs);
            let received = receive(&ours).and_then(|learner| Ok(Ways { learner, host: receive(&ours)? }));
            waitpid(child, None).doing("wait for the child that parts them")?;
            received
        }
    }
}

fn receive(socket: &OwnedFd) -> Result<File, Fault> {
    let (_, file) = wire::receive_fd(socket.as_raw_fd(), &mut [0]).doing("hear the child that parts them")?;
    file.map(File::from).ok_or_else(|| Fault::Peer("they could not be parted".to_owned()))
}

fn part_in_child(parent: &OwnedFd) -> Result<(), Fault> {
    // What is made from here on is uid 0's and this group's, which is given its share file by file.
    let group = Gid::from_raw(ID_RANGE.0);
    setresgid(group, group, group).doing("become the learner's group")?;
    unshare(CloneFlags::CLONE_NEWUSER | CloneFlags::CLONE_NEWNS | CloneFlags::CLONE_NEWCGROUP)
        .doing("make namespaces")?;
    let quiet = MsFlags::MS_NOSUID | MsFlags::MS_NODEV | MsFlags::MS_NOEXEC;
    let none: Option<&str> = None;
    mount(Some("cgroup2"), PLACE, Some("cgroup2"), quiet, none).doing("mount the control groups")?;
    let root = Path::new(PLACE);
    let supervisor = groups::make(&root.join("supervisor"))?;
    // This process is a child of PID 1.
    for process in [getppid().to_string().as_str(), groups::SELF] {
        groups::put(&supervisor, groups::PROCESSES, process)?;
    }
    part_root(root, &supervisor)?;
    let learner = groups::make(&root.join("learner"))?;
    groups::put(&learner, "cgroup.max.descendants", MOST_GROUPS)?;
    let host = groups::make(&learner.join(groups::HOST))?;
    for file in HANDED_OVER {
        fs::set_permissions(learner.join(file), Permissions::from_mode(0o664)).doing("hand a control group over")?;
    }
    fs::set_permissions(&learner, Permissions::from_mode(0o775)).doing("hand a control group over")?;
    for group in [learner, host] {
        let way = groups::way_into(&group)?;
        wire::send_fd(parent.as_fd(), &[0], way.as_fd()).doing("hand out a control group")?;
    }
    Ok(())
}

/// Part the container's own group. The kernel refuses as long as a process is in it, which may also be an exec of the
/// host's engine that came before PID 1 had left. A later one finds the group closed, and its runtime puts it where PID 1
/// is.
fn part_root(root: &Path, supervisor: &Path) -> Result<(), Fault> {
    let began = Instant::now();
    loop {
        match groups::part(root) {
            Err(error) if error.kind() == ErrorKind::ResourceBusy && began.elapsed() < PATIENCE => {}
            other => return other.doing("have controllers in the groups below"),
        }
        let processes =
            fs::read_to_string(root.join(groups::PROCESSES)).doing("read who is in the container's group")?;
        // One that has not come into this namespace yet has the number 0, and its own in a moment.
        for process in processes.lines().filter(|process| *process != "0") {
            // It may have ended meanwhile. Whether all are gone is seen above.
            let _moved = groups::write(supervisor, groups::PROCESSES, process);
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}
