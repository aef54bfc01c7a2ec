//! The learner's file system: an overlay over the golden system tree, with size-limited tmpfs for all that changes.
//! Invariant: after `enter_root` nothing of the outer container's file system can be reached by the learner; the inner
//! init alone holds the way to build a second root, which no other process may look at.

use std::{
    fs,
    os::{
        fd::OwnedFd,
        unix::fs::{PermissionsExt as _, symlink},
    },
    path::{Path, PathBuf},
};

use nix::{
    mount::{MntFlags, MsFlags, mount, umount2},
    sched::{CloneFlags, unshare},
    unistd::pivot_root,
};
use protocol::{Setup, WORK_DIR};

use super::{golden, groups, groups::Handed};
use crate::fault::{Doing as _, Fault};

/// Where the learner's root is put together: a folder of the image.
pub(crate) const ROOT: &str = "/sandbox/root";
const UPPER: &str = "/sandbox/upper";

/// Go on in a mount namespace of its own. What is left behind, with nothing but the container's file system in it, can be
/// entered again by who has this: to build another host's root in the same way. Closed when a program is started.
pub(super) fn leave_origin() -> Result<OwnedFd, Fault> {
    attach(None, "/", None, MsFlags::MS_REC | MsFlags::MS_PRIVATE, None)?;
    let origin = fs::File::open("/proc/self/ns/mnt").doing("look at the mount namespace")?;
    unshare(CloneFlags::CLONE_NEWNS).doing("make a mount namespace")?;
    Ok(origin.into())
}

/// Build the learner's file system and make it the root.
pub(super) fn enter_root(setup: &Setup, handed: Handed) -> Result<(), Fault> {
    if setup.golden {
        golden::copy_system_tree()?;
    }
    overlay(setup)?;
    kernel_file_systems(handed)?;
    devices()?;
    let nothing_special = MsFlags::MS_NOSUID | MsFlags::MS_NODEV;
    tmpfs("run", "16m", 0o755, nothing_special)?;
    tmpfs("tmp", &format!("{}m", setup.tmp_mib), 0o1777, nothing_special)?;
    if setup.golden {
        fs::create_dir_all(golden::DATA_ROOT).doing("make the golden data root")?;
        bind(golden::DATA_ROOT, &inside("var/lib/docker"))?;
    } else {
        // Containers' set-uid programs and devices live here.
        tmpfs("var/lib/docker", &format!("{}m", setup.data_mib), 0o710, MsFlags::empty())?;
        golden::share_layers(&inside("var/lib/docker"))?;
    }
    let work = inside(WORK_DIR.trim_start_matches('/'));
    fs::create_dir_all(&work).doing("make the working folder")?;
    std::env::set_current_dir(ROOT).doing("enter the root")?;
    pivot_root(".", ".").doing("change the root")?;
    umount2(".", MntFlags::MNT_DETACH).doing("let go of the outer root")?;
    std::env::set_current_dir("/").doing("enter the root")
}

fn inside(path: &str) -> PathBuf {
    Path::new(ROOT).join(path)
}

fn attach(
    source: Option<&str>,
    target: &str,
    kind: Option<&str>,
    flags: MsFlags,
    data: Option<&str>,
) -> Result<(), Fault> {
    mount(source, target, kind, flags, data).doing(format!("mount {target}"))
}

fn bind(source: &str, target: &Path) -> Result<(), Fault> {
    let none: Option<&str> = None;
    mount(Some(source), target, none, MsFlags::MS_BIND, none).doing(format!("bind {source} to {}", target.display()))
}

fn tmpfs(path: &str, size: &str, mode: u32, flags: MsFlags) -> Result<(), Fault> {
    let target = inside(path);
    fs::create_dir_all(&target).doing(format!("make /{path}"))?;
    let data = format!("size={size},mode={mode:o}");
    mount(Some("tmpfs"), &target, Some("tmpfs"), flags, Some(data.as_str())).doing(format!("mount /{path}"))
}

fn overlay(setup: &Setup) -> Result<(), Fault> {
    let size = format!("size={}m,mode=0755", setup.root_mib);
    attach(Some("tmpfs"), UPPER, Some("tmpfs"), MsFlags::empty(), Some(&size))?;
    for folder in ["up", "work"] {
        fs::create_dir(format!("{UPPER}/{folder}")).doing("make the overlay's folders")?;
    }
    // gVisor's overlay marks nothing in attributes that would need another name here.
    let marks = if setup.gvisor { "" } else { ",userxattr" };
    let data = format!("lowerdir={},upperdir={UPPER}/up,workdir={UPPER}/work{marks}", golden::SYSTEM_TREE);
    attach(Some("overlay"), ROOT, Some("overlay"), MsFlags::empty(), Some(&data))
}

fn kernel_file_systems(handed: Handed) -> Result<(), Fault> {
    let quiet = MsFlags::MS_NOSUID | MsFlags::MS_NODEV | MsFlags::MS_NOEXEC;
    let none: Option<&str> = None;
    for folder in ["proc", "sys", "dev", "run", "tmp", "var/lib/docker"] {
        fs::create_dir_all(inside(folder)).doing(format!("make /{folder}"))?;
    }
    mount(Some("proc"), &inside("proc"), Some("proc"), quiet, none).doing("mount /proc")?;
    mount(Some("sysfs"), &inside("sys"), Some("sysfs"), quiet | MsFlags::MS_RDONLY, none).doing("mount /sys")?;
    let target = inside("sys/fs/cgroup");
    if handed == Handed::Over {
        mount(Some("cgroup2"), &target, Some("cgroup2"), quiet, none).doing("mount /sys/fs/cgroup")?;
        return groups::part(&target);
    }
    // Cgroup v2: the namespace's own tree. Cgroup v1: what the outer container shows, read-only.
    if mount(Some("cgroup2"), &target, Some("cgroup2"), quiet | MsFlags::MS_RDONLY, none).is_err()
        || fs::read_to_string(target.join("cgroup.controllers")).is_ok_and(|text| text.trim().is_empty())
    {
        let flags = MsFlags::MS_BIND | MsFlags::MS_REC;
        mount(Some("/sys/fs/cgroup"), &target, none, flags, none).doing("bind /sys/fs/cgroup")?;
    }
    Ok(())
}

fn devices() -> Result<(), Fault> {
    let none: Option<&str> = None;
    tmpfs("dev", "64k", 0o755, MsFlags::MS_NOSUID)?;
    for device in ["null", "zero", "full", "random", "urandom", "tty"] {
        let target = inside("dev").join(device);
        fs::write(&target, "").doing("make a device's place")?;
        bind(&format!("/dev/{device}"), &target)?;
    }
    for (target, link) in [
        ("/proc/self/fd", "fd"),
        ("/proc/self/fd/0", "stdin"),
        ("/proc/self/fd/1", "stdout"),
        ("/proc/self/fd/2", "stderr"),
        ("pts/ptmx", "ptmx"),
    ] {
        symlink(target, inside("dev").join(link)).doing("link a device")?;
    }
    let quiet = MsFlags::MS_NOSUID | MsFlags::MS_NOEXEC;
    for folder in ["pts", "shm", "mqueue"] {
        fs::create_dir(inside("dev").join(folder)).doing("make a device folder")?;
    }
    mount(Some("devpts"), &inside("dev/pts"), Some("devpts"), quiet, Some("newinstance,ptmxmode=0666,mode=0620,gid=5"))
        .doing("mount /dev/pts")?;
    mount(Some("mqueue"), &inside("dev/mqueue"), Some("mqueue"), quiet, none).doing("mount /dev/mqueue")?;
    tmpfs("dev/shm", "32m", 0o1777, MsFlags::MS_NOSUID | MsFlags::MS_NODEV)?;
    fs::set_permissions(inside("dev"), fs::Permissions::from_mode(0o755)).doing("open /dev")
}
