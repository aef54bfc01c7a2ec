//! File systems: those that show the host, those that parse what an attacker wrote, and the newer calls to mount.
//! Each case has a mount namespace of its own.

use std::{
    fs::{self, File, OpenOptions},
    path::Path,
    ptr,
};

use crate::{
    attempt::{Case, FOLDER, Outcome as _, address, c_string, call, result},
    errno,
};

/// Of file systems, with the data given to them. Those that are missing in a kernel are refused all the same.
const KINDS: [(&str, &str); 41] = [
    ("9p", "trans=fd,rfdno=0,wfdno=1"),
    ("afs", ""),
    ("autofs", ""),
    ("binder", ""),
    ("binfmt_misc", ""),
    ("bpf", ""),
    ("btrfs", ""),
    ("ceph", ""),
    ("cgroup", "memory"),
    ("cgroup2", ""),
    ("cifs", "ip=127.0.0.1"),
    ("configfs", ""),
    ("cramfs", ""),
    ("debugfs", ""),
    ("devpts", ""),
    ("devtmpfs", ""),
    ("efivarfs", ""),
    ("erofs", ""),
    ("exfat", ""),
    ("ext4", ""),
    ("f2fs", ""),
    ("fusectl", ""),
    ("hugetlbfs", ""),
    ("iso9660", ""),
    ("mqueue", ""),
    ("nfs", "addr=127.0.0.1"),
    ("nfsd", ""),
    ("ntfs3", ""),
    ("proc", ""),
    ("pstore", ""),
    ("ramfs", ""),
    ("resctrl", ""),
    ("rpc_pipefs", ""),
    ("securityfs", ""),
    ("smackfs", ""),
    ("squashfs", ""),
    ("sysfs", ""),
    ("tmpfs", ""),
    ("tracefs", ""),
    ("vfat", ""),
    ("xfs", ""),
];

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    cases
        .extend(KINDS.map(|(kind, data)| Case::new(format!("mount:{kind}"), move || alone(|| mount_kind(kind, data)))));
    cases.extend([
        Case::new("mount:fuse", || alone(fuse)),
        Case::new("mount:loop-device", || alone(loop_device)),
        Case::new("mount:overlay", || alone(overlay)),
        Case::new("mount:cgroup-v1-release-agent", || alone(release_agent)),
        Case::new("mount:cgroup-named-release-agent", || alone(named_release_agent)),
        Case::new("mount:own-/sys-writable", || alone(own_sys)),
        Case::new("mount:own-/proc-over-masks", || alone(own_proc)),
        Case::new("mount:remount-/sys-writable", || alone(|| remount("/sys"))),
        Case::new("mount:remount-/sys/fs/cgroup-writable", || alone(|| remount("/sys/fs/cgroup"))),
        Case::new("mount:pivot_root", || alone(pivot)),
        Case::new("mount:api-fsopen", || call(libc::SYS_fsopen, &[address(c"proc"), 0])),
        Case::new("mount:api-fsconfig", || call(libc::SYS_fsconfig, &[-1, 6])),
        Case::new("mount:api-fsmount", || call(libc::SYS_fsmount, &[-1])),
        Case::new("mount:api-fspick", || call(libc::SYS_fspick, &[at_cwd(), address(c"/"), 0])),
        Case::new("mount:api-open_tree", || call(libc::SYS_open_tree, &[at_cwd(), address(c"/"), 1])),
        Case::new("mount:api-move_mount", || {
            call(libc::SYS_move_mount, &[-1, address(c""), at_cwd(), address(c"/"), 4])
        }),
        Case::new("mount:api-mount_setattr", || call(libc::SYS_mount_setattr, &[at_cwd(), address(c"/")])),
        Case::new("mount:api-open_tree_attr", || call(467, &[at_cwd(), address(c"/"), 1])),
        Case::new("mount:api-listmount-outside", list_outside),
    ]);
    cases
}

fn at_cwd() -> i64 {
    libc::AT_FDCWD.into()
}

/// In a mount namespace of its own, from which nothing spreads.
fn alone(attempt: impl FnOnce() -> String) -> String {
    // SAFETY: plain numbers and constant names.
    let outcome = unsafe {
        result(libc::unshare(libc::CLONE_NEWNS).into()).and_then(|_| {
            let flags = libc::MS_REC | libc::MS_PRIVATE;
            result(libc::mount(ptr::null(), c"/".as_ptr(), ptr::null(), flags, ptr::null()).into())
        })
    };
    match outcome {
        Ok(_) => attempt(),
        Err(errno) => format!("no-namespace-{}", errno::name(errno)),
    }
}

fn mount(source: &str, target: &str, kind: &str, flags: libc::c_ulong, data: &str) -> Result<i64, i32> {
    let (source, target, kind, data) = (c_string(source), c_string(target), c_string(kind), c_string(data));
    // SAFETY: all names outlive the call.
    let mounted = unsafe { libc::mount(source.as_ptr(), target.as_ptr(), kind.as_ptr(), flags, data.as_ptr().cast()) };
    result(mounted.into())
}

/// A place to mount to.
fn place(name: &str) -> String {
    let path = format!("{FOLDER}/{name}");
    let _made = fs::create_dir_all(&path);
    path
}

/// An image of a file system that whoever attacks the parser would write himself: one page of zeroes is enough to see
/// whether the parser is reached.
fn image() -> String {
    let path = format!("{FOLDER}/image");
    let _written = fs::write(&path, [0; 1 << 16]);
    path
}

fn mount_kind(kind: &str, data: &str) -> String {
    mount(&image(), &place(kind), kind, 0, data).word()
}

fn fuse() -> String {
    let device = OpenOptions::new().read(true).write(true).open("/dev/fuse");
    let number = device.as_ref().map_or(-1, std::os::fd::AsRawFd::as_raw_fd);
    mount("fuse", &place("fuse"), "fuse", 0, &format!("fd={number},rootmode=40000,user_id=0,group_id=0")).word()
}

fn loop_device() -> String {
    match OpenOptions::new().read(true).write(true).open("/dev/loop-control") {
        Err(error) => Err::<(), _>(error).word(),
        Ok(control) => {
            // SAFETY: LOOP_CTL_GET_FREE takes no argument.
            let free = unsafe { libc::ioctl(std::os::fd::AsRawFd::as_raw_fd(&control), 0x4c82) };
            result(free.into()).word()
        }
    }
}

fn overlay() -> String {
    let base = place("overlay-base");
    if let Err(errno) = mount("none", &base, "tmpfs", 0, "") {
        return format!("no-tmpfs-{}", errno::name(errno));
    }
    for folder in ["low", "up", "work", "all"] {
        let _made = fs::create_dir(format!("{base}/{folder}"));
    }
    let data = format!("lowerdir={base}/low,upperdir={base}/up,workdir={base}/work,userxattr");
    mount("none", &format!("{base}/all"), "overlay", 0, &data).word()
}

/// After entering a control-group namespace of its own, as the way out of 2022 goes.
fn release_agent() -> String {
    // SAFETY: a plain number.
    if let Err(errno) = result(unsafe { libc::unshare(libc::CLONE_NEWCGROUP) }.into()) {
        return format!("no-namespace-{}", errno::name(errno));
    }
    let target = place("release-agent");
    let mut words = Vec::new();
    for controller in ["memory", "cpu", "rdma", "pids", "devices", "freezer"] {
        words.push(match mount("none", &target, "cgroup", 0, controller) {
            Err(errno) => errno::name(errno),
            Ok(_) => agent_below(&target),
        });
    }
    crate::attempt::words(words)
}

fn named_release_agent() -> String {
    let target = place("named");
    match mount("none", &target, "cgroup", 0, "none,name=intruder") {
        Err(errno) => errno::name(errno),
        Ok(_) => agent_below(&target),
    }
}

/// Whether anything of a mounted hierarchy can be changed: its agent, its devices, its limits, groups of one's own.
fn agent_below(target: &str) -> String {
    for file in
        ["release_agent", "notify_on_release", "devices.allow", "cgroup.procs", "tasks", "memory.limit_in_bytes"]
    {
        if OpenOptions::new().append(true).open(Path::new(target).join(file)).is_ok() {
            return format!("opened:{file}");
        }
    }
    if fs::create_dir(Path::new(target).join("mark")).is_ok() {
        return "made-a-group".to_owned();
    }
    "refused".to_owned()
}

fn own_sys() -> String {
    let target = place("sys");
    match mount("none", &target, "sysfs", 0, "") {
        Err(errno) => errno::name(errno),
        Ok(_) => OpenOptions::new().append(true).open(format!("{target}/kernel/uevent_helper")).word(),
    }
}

fn own_proc() -> String {
    let target = place("proc-of-its-own");
    match mount("none", &target, "proc", 0, "") {
        Err(errno) => errno::name(errno),
        Ok(_) => {
            let files = ["sysrq-trigger", "sys/kernel/core_pattern", "sys/kernel/modprobe", "kcore"];
            let open = |file| OpenOptions::new().append(true).open(Path::new(&target).join(file)).word();
            format!("mounted,write={}", crate::attempt::words(files.map(open)))
        }
    }
}

fn remount(target: &str) -> String {
    let again = mount("none", target, "", libc::MS_REMOUNT, "").word();
    let bound = mount("none", target, "", libc::MS_REMOUNT | libc::MS_BIND, "").word();
    format!("{},{}", crate::attempt::words([again, bound]), super::paths::write(Path::new(target)))
}

/// The old root stays below the new one; nothing outside of the learner's comes to light.
fn pivot() -> String {
    let target = place("pivot");
    if let Err(errno) = mount("none", &target, "tmpfs", 0, "") {
        return format!("no-tmpfs-{}", errno::name(errno));
    }
    let old = format!("{target}/old");
    let _made = fs::create_dir(&old);
    let (new, old) = (c_string(&target), c_string(&old));
    match call(libc::SYS_pivot_root, &[address(new.as_c_str()), address(old.as_c_str())]) {
        Err(errno) => errno::name(errno),
        // What the supervisor let go of must not have come back.
        Ok(_) if Path::new("/old/sandbox/supervisor").exists() || Path::new("/old/golden").exists() => "out".to_owned(),
        Ok(_) => File::open("/old").word(),
    }
}

/// Mounts by their ids: `struct mnt_id_req` with a namespace that is not this one's.
fn list_outside() -> String {
    let found = [1_u64, 2, 3].map(|namespace| {
        let request = [32_u64, u64::MAX, 0, namespace];
        let ids = [0_u64; 16];
        call(458, &[address(&request), address(&ids), 16, 0]).word()
    });
    crate::attempt::words(found)
}
