//! Control groups, version 2, as files. How a sandbox's are parted, from the container's own downwards:
//!
//! ```text
//! the container's own     the sandbox's limits, as the host's engine set them
//! ├── supervisor          PID 1, and who connects to it
//! └── learner             the root of what the learner sees, who may make groups in it and move processes between them
//!     ├── host            programs and engine of the first host
//!     ├── docker          what the first host's engine makes
//!     └── second          the root of what the second host sees, parted in the same way
//! ```
//!
//! A group has either processes or controllers for the groups in it, so that whatever has one in it is left by all.

use std::{
    fs::{File, OpenOptions},
    io::{ErrorKind, Write as _},
    path::{Path, PathBuf},
};

use crate::fault::{Doing as _, Fault};

/// Where they are mounted.
pub(crate) const ROOT: &str = "/sys/fs/cgroup";
/// The controllers that a group has; the file's being there tells version 2.
pub(crate) const CONTROLLERS: &str = "cgroup.controllers";
/// The controllers that the groups in a group have.
pub(crate) const IN_PARTS: &str = "cgroup.subtree_control";
/// A group's processes; who is written there is moved.
pub(crate) const PROCESSES: &str = "cgroup.procs";
/// The group of a host's programs, in the one that the host sees as the root.
pub(crate) const HOST: &str = "host";

/// What a learner's engine limits containers by. Not more: of the others the kernel's own advice is to hand them to no
/// stranger, and the engine does without.
const HANDED_ON: &str = "+cpu +memory +pids";

/// The one who is to move.
pub(crate) const SELF: &str = "0";

/// Make a group.
pub(crate) fn make(group: &Path) -> Result<PathBuf, Fault> {
    match std::fs::create_dir(group) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        _ => Ok(group.to_owned()),
    }
    .doing(format!("make the control group {}", group.display()))
}

/// Write to one of a group's files.
pub(crate) fn put(group: &Path, file: &str, text: &str) -> Result<(), Fault> {
    write(group, file, text).doing(format!("write {}/{file}", group.display()))
}

/// The same for who minds the error: in one call, as the kernel reads it.
pub(crate) fn write(group: &Path, file: &str, text: &str) -> std::io::Result<()> {
    open(group, file)?.write_all(text.as_bytes())
}

/// A way into a group for a process that may not open it itself: the kernel asks who opened it.
pub(crate) fn way_into(group: &Path) -> Result<File, Fault> {
    open(group, PROCESSES).doing(format!("open the control group {}", group.display()))
}

/// Move this process.
pub(crate) fn enter(mut way: &File) -> Result<(), Fault> {
    way.write_all(SELF.as_bytes()).doing("enter a control group")
}

/// Give the groups in this one controllers, which takes that no process is in it.
pub(crate) fn part(group: &Path) -> std::io::Result<()> {
    write(group, IN_PARTS, HANDED_ON)
}

fn open(group: &Path, file: &str) -> std::io::Result<File> {
    OpenOptions::new().write(true).open(group.join(file))
}
