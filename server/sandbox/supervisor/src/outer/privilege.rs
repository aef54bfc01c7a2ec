//! From root with two capabilities to an ordinary user with none.
//! Invariant: the process that owns the inner namespace is not uid 0 when it creates it.

use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};

use nix::unistd::{Gid, Uid, setgroups, setresgid, setresuid};

use crate::fault::{Doing as _, Fault};

const CAP_SETGID: u32 = 6;
const CAP_SETUID: u32 = 7;
// linux/capability.h: _LINUX_CAPABILITY_VERSION_3
const CAPABILITY_VERSION_3: u32 = 0x2008_0522;

/// Open the golden volume's data folder to the inner root, who has another uid than the volume's.
pub(super) fn open_golden_folder() -> Result<(), Fault> {
    let folder = "/golden/data";
    match std::fs::DirBuilder::new().mode(0o777).create(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
            return Err(error).doing("make the golden folder");
        }
        _ => {}
    }
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o777)).doing("open the golden folder")
}

/// Switch to the owner's uid and keep SETUID and SETGID, which writing the id maps takes.
pub(super) fn become_owner(owner: u32) -> Result<(), Fault> {
    let (uid, gid) = (Uid::from_raw(owner), Gid::from_raw(protocol::VISITOR));
    prctl(libc::PR_SET_KEEPCAPS, 1).doing("keep capabilities")?;
    setgroups(&[]).doing("leave all groups")?;
    setresgid(gid, gid, gid).doing("change group")?;
    setresuid(uid, uid, uid).doing("change user")?;
    set_capabilities((1 << CAP_SETGID) | (1 << CAP_SETUID)).doing("raise capabilities")?;
    // Changing user made the process undumpable, and its files in /proc root's; the id maps are written there.
    prctl(libc::PR_SET_DUMPABLE, 1).doing("become dumpable")
}

/// Drop every capability and the way to get one.
pub(super) fn give_up() -> Result<(), Fault> {
    set_capabilities(0).doing("drop capabilities")?;
    prctl(libc::PR_SET_NO_NEW_PRIVS, 1).doing("refuse new privileges")?;
    prctl(libc::PR_SET_DUMPABLE, 0).doing("become undumpable")
}

/// True when no process that this one sees runs as uid 0 of the outer container. One that is about to become the
/// owner, as the runtime's own at the start of an exec, is given a moment.
pub(super) async fn nobody_is_root() -> bool {
    for _ in 0..20 {
        if root_processes() == Some(0) {
            return true;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    false
}

/// `None` when /proc cannot be read.
fn root_processes() -> Option<usize> {
    let processes = std::fs::read_dir("/proc").ok()?;
    let pids = processes.flatten().filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let is_root = |pid: &u32| {
        // A process that has ended meanwhile is no process.
        let Ok(status) = std::fs::read_to_string(format!("/proc/{pid}/status")) else { return false };
        let uids = status.lines().find_map(|line| line.strip_prefix("Uid:")).unwrap_or("0");
        uids.split_whitespace().any(|uid| uid == "0")
    };
    Some(pids.filter(is_root).count())
}

fn prctl(option: libc::c_int, value: libc::c_ulong) -> std::io::Result<()> {
    // SAFETY: these options take plain numbers and touch no memory of this process.
    if unsafe { libc::prctl(option, value, 0, 0, 0) } == 0 { Ok(()) } else { Err(std::io::Error::last_os_error()) }
}

#[repr(C)]
struct CapabilityHeader {
    version: u32,
    pid: i32,
}

#[repr(C)]
#[derive(Clone, Copy)]
struct CapabilityData {
    effective: u32,
    permitted: u32,
    inheritable: u32,
}

fn set_capabilities(set: u32) -> std::io::Result<()> {
    let header = CapabilityHeader { version: CAPABILITY_VERSION_3, pid: 0 };
    let low = CapabilityData { effective: set, permitted: set, inheritable: 0 };
    let data = [low, CapabilityData { effective: 0, permitted: 0, inheritable: 0 }];
    // SAFETY: header and data have the layout of version 3 and outlive the call.
    let outcome = unsafe { libc::syscall(libc::SYS_capset, &raw const header, data.as_ptr()) };
    if outcome == 0 { Ok(()) } else { Err(std::io::Error::last_os_error()) }
}
