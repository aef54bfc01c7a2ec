//! Namespaces: deeper ones, those of the supervisor, and those above.

use std::fs::File;
use std::os::fd::AsRawFd as _;

use crate::{
    attempt::{Case, Outcome as _, address, call, result},
    errno,
};

const KINDS: [(&str, i32); 8] = [
    ("cgroup", libc::CLONE_NEWCGROUP),
    ("ipc", libc::CLONE_NEWIPC),
    ("mnt", libc::CLONE_NEWNS),
    ("net", libc::CLONE_NEWNET),
    ("pid", libc::CLONE_NEWPID),
    ("time", 0x80),
    ("user", libc::CLONE_NEWUSER),
    ("uts", libc::CLONE_NEWUTS),
];

// linux/nsfs.h
const NS_GET_USERNS: libc::Ioctl = 0xb701;
const NS_GET_PARENT: libc::Ioctl = 0xb702;
/// `struct mnt_ns_info` of 16 bytes, read.
const NS_MNT_GET_PREV: libc::Ioctl = 0x8010_b70c;

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (name, flag) in KINDS {
        // SAFETY: plain numbers.
        cases.push(Case::new(format!("namespace:unshare-{name}"), move || {
            result(unsafe { libc::unshare(flag) }.into())
        }));
        cases.push(Case::new(format!("namespace:setns-of-1-{name}"), move || enter(name, flag)));
    }
    cases.extend([
        Case::new("namespace:clone-user", || clone(libc::CLONE_NEWUSER)),
        Case::new("namespace:clone-user-and-all", || {
            clone(libc::CLONE_NEWUSER | libc::CLONE_NEWNS | libc::CLONE_NEWNET | libc::CLONE_NEWPID)
        }),
        Case::new("namespace:unshare-user-after-all-others", || {
            // SAFETY: plain numbers.
            let others = unsafe { libc::unshare(libc::CLONE_NEWNS | libc::CLONE_NEWPID | libc::CLONE_NEWNET) };
            result(others.into())?;
            // SAFETY: plain numbers.
            result(unsafe { libc::unshare(libc::CLONE_NEWUSER) }.into())
        }),
        Case::new("namespace:clone3-user", || {
            let arguments = [u64::try_from(libc::CLONE_NEWUSER).unwrap_or_default(), 0, 0, 0, 17, 0, 0, 0];
            call(libc::SYS_clone3, &[address(&arguments), 64])
        }),
        Case::new("namespace:parent-of-user", || ask("user", NS_GET_PARENT)),
        Case::new("namespace:owner-of-user", || ask("user", NS_GET_USERNS)),
        Case::new("namespace:parent-of-pid", parent_of_pid),
        Case::new("namespace:owner-of-net", || ask("net", NS_GET_USERNS)),
        Case::new("namespace:mounts-of-others", mounts_of_others),
        Case::new("namespace:setns-own-user", || {
            let Ok(own) = File::open("/proc/self/ns/user") else { return "not-opened".to_owned() };
            // SAFETY: the file is open.
            result(unsafe { libc::setns(own.as_raw_fd(), 0) }.into()).word()
        }),
        Case::new("namespace:setns-by-pidfd-of-1", by_pidfd),
    ]);
    cases
}

fn enter(name: &str, flag: i32) -> String {
    match File::open(format!("/proc/1/ns/{name}")) {
        Err(error) => Err::<(), _>(error).word(),
        // SAFETY: the file is open.
        Ok(file) => result(unsafe { libc::setns(file.as_raw_fd(), flag) }.into()).word(),
    }
}

fn clone(flags: i32) -> String {
    let flags = i64::from(flags | libc::SIGCHLD);
    match call(libc::SYS_clone, &[flags]) {
        Err(errno) => errno::name(errno),
        // SAFETY: the child ends at once.
        Ok(0) => unsafe { libc::_exit(0) },
        Ok(_) => "ok".to_owned(),
    }
}

fn ask(name: &str, question: libc::Ioctl) -> String {
    match File::open(format!("/proc/self/ns/{name}")) {
        Err(error) => Err::<(), _>(error).word(),
        // SAFETY: these questions take no argument.
        Ok(file) => result(unsafe { libc::ioctl(file.as_raw_fd(), question) }.into()).word(),
    }
}

/// Up to the highest that can be had: `out` when that is not the namespace in which /proc was mounted.
fn parent_of_pid() -> String {
    let Ok(mut file) = File::open("/proc/self/ns/pid") else { return "not-opened".to_owned() };
    for _ in 0..32 {
        // SAFETY: the question takes no argument, and gives a new descriptor.
        let parent = unsafe { libc::ioctl(file.as_raw_fd(), NS_GET_PARENT) };
        match result(parent.into()) {
            Err(errno) => return errno::name(errno),
            // SAFETY: it was just made and nothing else owns it.
            Ok(_) => file = unsafe { std::os::fd::FromRawFd::from_raw_fd(parent) },
        }
    }
    "endless".to_owned()
}

/// The mount namespace made before this one: the host's and the neighbours' must be passed over.
fn mounts_of_others() -> String {
    let Ok(file) = File::open("/proc/self/ns/mnt") else { return "not-opened".to_owned() };
    let mut current = file;
    let mut found = 0;
    loop {
        let facts = [0_u64; 2];
        // SAFETY: the facts have room for what is told, and outlive the call.
        let before = unsafe { libc::ioctl(current.as_raw_fd(), NS_MNT_GET_PREV, facts.as_ptr()) };
        match result(before.into()) {
            Err(errno) => return errno::name(errno),
            // SAFETY: it was just made and nothing else owns it.
            Ok(_) => current = unsafe { std::os::fd::FromRawFd::from_raw_fd(before) },
        }
        // SAFETY: the question takes no argument.
        let owner = unsafe { libc::ioctl(current.as_raw_fd(), NS_GET_USERNS) };
        if owner < 0 {
            return "out".to_owned();
        }
        found += 1;
        if found > 4096 {
            return "endless".to_owned();
        }
    }
}

fn by_pidfd() -> String {
    match call(libc::SYS_pidfd_open, &[1, 0]) {
        Err(errno) => errno::name(errno),
        Ok(pidfd) => call(libc::SYS_setns, &[pidfd, (libc::CLONE_NEWNS | libc::CLONE_NEWNET).into()]).word(),
    }
}
