//! Files of the kernel's: those that Docker masks or makes read-only, and others that lead to the host.

use std::{
    fs::{self, File, OpenOptions},
    io::{Read as _, Seek as _, SeekFrom},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
};

use crate::{
    attempt::{Case, Outcome as _},
    errno,
};

/// To be opened for writing: Docker's masked paths, its read-only ones, then what else leads to the host.
const WRITE: [&str; 59] = [
    "/proc/acpi",
    "/proc/asound",
    "/proc/interrupts",
    "/proc/kcore",
    "/proc/keys",
    "/proc/latency_stats",
    "/proc/sched_debug",
    "/proc/scsi",
    "/proc/timer_list",
    "/proc/timer_stats",
    "/sys/devices/virtual/powercap",
    "/sys/firmware",
    "/proc/bus",
    "/proc/fs",
    "/proc/irq",
    "/proc/sysrq-trigger",
    "/proc/kallsyms",
    "/proc/kmsg",
    "/proc/mtrr",
    "/proc/kpageflags",
    "/proc/pressure/io",
    "/proc/slabinfo",
    "/proc/driver",
    "/proc/dynamic_debug",
    "/proc/sys/fs/binfmt_misc",
    "/proc/sys/fs/file-max",
    "/proc/sys/fs/nr_open",
    "/proc/sys/fs/protected_symlinks",
    "/proc/sys/fs/suid_dumpable",
    "/proc/sys/kernel/cap_last_cap",
    "/proc/sys/kernel/core_pattern",
    "/proc/sys/kernel/core_pipe_limit",
    "/proc/sys/kernel/dmesg_restrict",
    "/proc/sys/kernel/hotplug",
    "/proc/sys/kernel/kptr_restrict",
    "/proc/sys/kernel/modprobe",
    "/proc/sys/kernel/panic",
    "/proc/sys/kernel/perf_event_paranoid",
    "/proc/sys/kernel/poweroff_cmd",
    "/proc/sys/kernel/randomize_va_space",
    "/proc/sys/kernel/sysrq",
    "/proc/sys/kernel/unprivileged_bpf_disabled",
    "/proc/sys/kernel/usermodehelper",
    "/proc/sys/kernel/yama",
    "/proc/sys/vm/drop_caches",
    "/proc/sys/vm/mmap_min_addr",
    "/proc/sys/vm/overcommit_memory",
    "/proc/sys/vm/panic_on_oom",
    "/sys/block",
    "/sys/bus",
    "/sys/class",
    "/sys/devices/system",
    "/sys/fs/cgroup",
    "/sys/kernel/mm",
    "/sys/kernel/profiling",
    "/sys/kernel/uevent_helper",
    "/sys/kernel/uevent_seqnum",
    "/sys/module",
    "/sys/power",
];

/// To be opened for reading: memory, logs and keys of the whole host.
const READ: [&str; 13] = [
    "/dev/kmem",
    "/dev/kmsg",
    "/dev/mem",
    "/dev/port",
    "/proc/kcore",
    "/proc/kmsg",
    "/proc/kpagecgroup",
    "/proc/kpagecount",
    "/proc/kpageflags",
    "/proc/slabinfo",
    "/proc/sysrq-trigger",
    "/proc/vmallocinfo",
    "/sys/kernel/debug/sched",
];

/// Files of a folder that are tried, and how deep it is searched.
const MOST: usize = 400;
const DEPTH: usize = 3;

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    cases.extend(WRITE.map(|path| Case::new(format!("write:{path}"), move || write(Path::new(path)))));
    cases.extend(READ.map(|path| Case::new(format!("read:{path}"), move || File::open(path))));
    cases.extend([
        Case::new("addresses:/proc/kallsyms", || numbers("/proc/kallsyms")),
        Case::new("addresses:/proc/iomem", || numbers("/proc/iomem")),
        Case::new("addresses:/proc/modules", modules),
        Case::new("addresses:/proc/self/pagemap", frame),
        Case::new("write:/proc/self/oom_score_adj", || fs::write("/proc/self/oom_score_adj", "-1000")),
        Case::new("write:/proc/self/uid_map", || fs::write("/proc/self/uid_map", "0 0 1")),
        Case::new("write:/proc/self/gid_map", || fs::write("/proc/self/gid_map", "0 0 1")),
        Case::new("write:/proc/self/loginuid", || fs::write("/proc/self/loginuid", "7")),
        Case::new("write:/proc/self/timens_offsets", || fs::write("/proc/self/timens_offsets", "1 100 0")),
    ]);
    cases
}

fn open(path: &Path) -> std::io::Result<File> {
    // A pipe or a terminal must not hold the case up.
    OpenOptions::new().append(true).custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY).open(path)
}

/// Of a file, what opening it comes to. Of a folder, `refused` when no file below it opens and no folder can be made in
/// it; `empty` when there is nothing in it. A tmpfs in its place is the container's own, and may get folders.
pub(super) fn write(path: &Path) -> String {
    match fs::symlink_metadata(path) {
        Err(error) => Err::<(), _>(error).word(),
        Ok(found) if !found.is_dir() => open(path).word(),
        Ok(_) => {
            let mut tried = 0;
            if let Some(opened) = opens_below(path, DEPTH, &mut tried) {
                return format!("opened:{opened}");
            }
            if !is_tmpfs(path) && fs::create_dir(path.join("mark")).is_ok() && path.join("mark").is_dir() {
                let _removed = fs::remove_dir(path.join("mark"));
                return "made-a-folder".to_owned();
            }
            (if tried == 0 { "empty" } else { "refused" }).to_owned()
        }
    }
}

fn is_tmpfs(path: &Path) -> bool {
    let path = crate::attempt::c_string(&path.display().to_string());
    // SAFETY: an all-zero statfs is valid; it and the name outlive the call.
    unsafe {
        let mut facts: libc::statfs = std::mem::zeroed();
        libc::statfs(path.as_ptr(), &raw mut facts) == 0 && facts.f_type == libc::TMPFS_MAGIC
    }
}

fn opens_below(folder: &Path, depth: usize, tried: &mut usize) -> Option<String> {
    for entry in fs::read_dir(folder).ok()?.flatten() {
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_dir() && depth > 0 {
            if let Some(opened) = opens_below(&entry.path(), depth - 1, tried) {
                return Some(opened);
            }
        } else if kind.is_file() && *tried < MOST {
            *tried += 1;
            if open(&entry.path()).is_ok() {
                return Some(entry.path().display().to_string());
            }
        }
    }
    None
}

/// `zero` when every line begins with a number that is zero.
fn numbers(path: &str) -> String {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => return Err::<(), _>(error).word(),
    };
    let told = |line: &str| {
        let number = line.trim_start().split([' ', '-']).next().unwrap_or_default();
        number.bytes().any(|byte| byte != b'0')
    };
    if text.lines().any(told) { "told".to_owned() } else { "zero".to_owned() }
}

/// The last column is where a module lies.
fn modules() -> String {
    match fs::read_to_string("/proc/modules") {
        Err(error) => Err::<(), _>(error).word(),
        Ok(text) => {
            let told = text.lines().filter_map(|line| line.split(' ').find(|word| word.starts_with("0x")));
            let shown = told.into_iter().any(|number| number.bytes().skip(2).any(|digit| digit != b'0'));
            (if shown { "told" } else { "zero" }).to_owned()
        }
    }
}

/// The physical page of this process's own memory: the low 55 bits of its entry.
fn frame() -> String {
    let value = Box::new(7_u64);
    let page = u64::try_from(std::ptr::from_ref(value.as_ref()) as usize / 4096).unwrap_or_default();
    let mut entry = [0; 8];
    let read = File::open("/proc/self/pagemap").and_then(|mut map| {
        map.seek(SeekFrom::Start(page * 8))?;
        map.read_exact(&mut entry)
    });
    match read {
        Err(error) => errno::name(error.raw_os_error().unwrap_or(0)),
        Ok(()) if u64::from_ne_bytes(entry) & ((1 << 55) - 1) == 0 => "zero".to_owned(),
        Ok(()) => "told".to_owned(),
    }
}
