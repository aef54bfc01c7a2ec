//! Devices: those that are there, and those that somebody makes.

use std::{fs::File, path::Path};

use crate::{
    attempt::{Case, FOLDER, Outcome as _, c_string, result},
    errno,
};

const BLOCK: libc::mode_t = libc::S_IFBLK;
const CHARACTER: libc::mode_t = libc::S_IFCHR;

/// Kind, major and minor number, and what it is.
const MADE: [(libc::mode_t, u32, u32, &str); 17] = [
    (BLOCK, 7, 0, "loop0"),
    (BLOCK, 8, 0, "sda"),
    (BLOCK, 253, 0, "device-mapper"),
    (BLOCK, 254, 0, "vda"),
    (BLOCK, 259, 0, "nvme0n1"),
    (CHARACTER, 1, 1, "mem"),
    (CHARACTER, 1, 2, "kmem"),
    (CHARACTER, 1, 3, "null"),
    (CHARACTER, 1, 4, "port"),
    (CHARACTER, 1, 11, "kmsg"),
    (CHARACTER, 4, 0, "tty0"),
    (CHARACTER, 5, 1, "console"),
    (CHARACTER, 10, 200, "tun"),
    (CHARACTER, 10, 229, "fuse"),
    (CHARACTER, 10, 232, "kvm"),
    (CHARACTER, 10, 237, "loop-control"),
    (CHARACTER, 10, 238, "vhost-net"),
];

/// In /dev, where the host has them.
const THERE: [&str; 12] = [
    "console",
    "fuse",
    "kvm",
    "loop-control",
    "loop0",
    "mapper/control",
    "net/tun",
    "sda",
    "uinput",
    "userfaultfd",
    "vda",
    "vhost-vsock",
];

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    cases.extend(MADE.map(|(kind, major, minor, name)| {
        let letter = if kind == BLOCK { 'b' } else { 'c' };
        Case::new(format!("mknod:{letter}-{major}-{minor}-{name}"), move || make_and_open(kind, major, minor, name))
    }));
    cases.extend(
        THERE.map(|name| Case::new(format!("device:/dev/{name}"), move || File::open(Path::new("/dev").join(name)))),
    );
    // Overlay file systems note by it that a file is gone.
    cases.push(Case::new("mknod:c-0-0-whiteout", || make(CHARACTER, 0, 0, "whiteout").map(drop)));
    cases
}

fn make(kind: libc::mode_t, major: u32, minor: u32, name: &str) -> Result<String, i32> {
    let path = format!("{FOLDER}/{name}");
    let c_path = c_string(&path);
    // SAFETY: the name outlives the call.
    let made = unsafe { libc::mknod(c_path.as_ptr(), kind | 0o600, libc::makedev(major, minor)) };
    result(made.into()).map(|_| path)
}

fn make_and_open(kind: libc::mode_t, major: u32, minor: u32, name: &str) -> String {
    match make(kind, major, minor, name) {
        Err(errno) => errno::name(errno),
        Ok(path) => format!("made,open={}", File::open(path).word()),
    }
}
