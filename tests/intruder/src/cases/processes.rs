//! The supervisor's processes: PID 1 of the learner's side, and the helpers that it starts for each piece of work.

use std::{
    fs::{self, File, OpenOptions},
    io::{Read as _, Seek as _, SeekFrom},
};

use crate::{
    attempt::{Case, Outcome as _, address, call, result, words},
    errno,
};

type Attempt = fn(i32) -> String;

/// What is tried on each of them.
const ATTEMPTS: [(&str, Attempt); 27] = [
    ("auxv", |pid| read(pid, "auxv")),
    ("capset", capabilities),
    ("cwd", |pid| File::open(format!("/proc/{pid}/cwd")).word()),
    ("environ", |pid| read(pid, "environ")),
    ("exe-read", |pid| File::open(format!("/proc/{pid}/exe")).word()),
    ("exe-write", |pid| OpenOptions::new().append(true).open(format!("/proc/{pid}/exe")).word()),
    ("fd", |pid| fs::read_dir(format!("/proc/{pid}/fd")).word()),
    ("ioprio", |pid| call(libc::SYS_ioprio_set, &[1, pid.into(), 3 << 13]).word()),
    ("kcmp", |pid| call(libc::SYS_kcmp, &[own(), pid.into(), 0, 0, 0]).word()),
    ("maps", |pid| read(pid, "maps")),
    ("mem-read", |pid| memory(pid, false)),
    ("mem-write", |pid| memory(pid, true)),
    ("migrate_pages", |pid| call(libc::SYS_migrate_pages, &[pid.into(), 0]).word()),
    ("move_pages", |pid| call(libc::SYS_move_pages, &[pid.into(), 0]).word()),
    ("oom_score_adj", |pid| OpenOptions::new().write(true).open(format!("/proc/{pid}/oom_score_adj")).word()),
    ("pidfd_getfd", pidfd_getfd),
    ("pidfd_open", |pid| call(libc::SYS_pidfd_open, &[pid.into(), 0]).word()),
    ("prlimit", prlimit),
    ("process_madvise", process_madvise),
    ("process_vm_readv", |pid| copied(libc::SYS_process_vm_readv, pid)),
    ("process_vm_writev", |pid| copied(libc::SYS_process_vm_writev, pid)),
    ("ptrace-attach", |pid| trace(pid, 16)),
    ("ptrace-seize", |pid| trace(pid, 0x4206)),
    ("root", |pid| fs::read_dir(format!("/proc/{pid}/root/")).word()),
    ("sched_setaffinity", |pid| call(libc::SYS_sched_setaffinity, &[pid.into(), 8, address(&1_u64)]).word()),
    ("stack", |pid| read(pid, "stack")),
    ("task-mem", |pid| OpenOptions::new().read(true).write(true).open(format!("/proc/{pid}/task/{pid}/mem")).word()),
];

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (name, attempt) in ATTEMPTS {
        cases.push(Case::new(format!("process:1-{name}"), move || attempt(1)));
        cases.push(Case::new(format!("process:helpers-{name}"), move || {
            let helpers = helpers();
            if helpers.is_empty() { "no-helpers".to_owned() } else { words(helpers.into_iter().map(attempt)) }
        }));
    }
    cases.extend([
        Case::new("process:1-killed", killed),
        Case::new("process:outside-by-number", outside),
        Case::new("process:own-exe-write", || OpenOptions::new().append(true).open("/proc/self/exe")),
    ]);
    cases
}

fn own() -> i64 {
    std::process::id().into()
}

/// Processes that bear the supervisor's name and are neither PID 1 nor of this program.
fn helpers() -> Vec<i32> {
    let name = |pid: i32| fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
    let wanted = "supervisor";
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    pids.filter(|pid| *pid != 1 && name(*pid).trim() == wanted).collect()
}

fn read(pid: i32, file: &str) -> String {
    let mut bytes = Vec::new();
    match File::open(format!("/proc/{pid}/{file}")).and_then(|file| file.take(64).read_to_end(&mut bytes)) {
        // The kernel opens some of them and then shows nothing.
        Ok(0) => "empty".to_owned(),
        Ok(_) => "ok".to_owned(),
        Err(error) => Err::<(), _>(error).word(),
    }
}

/// Where this program itself lies is as good an address as any.
fn somewhere() -> i64 {
    somewhere as fn() -> i64 as usize as i64
}

fn memory(pid: i32, write: bool) -> String {
    let opened = OpenOptions::new().read(!write).write(write).open(format!("/proc/{pid}/mem"));
    match opened.and_then(|mut file| file.seek(SeekFrom::Start(0x40_0000))) {
        Ok(_) => "ok".to_owned(),
        Err(error) => Err::<(), _>(error).word(),
    }
}

fn copied(number: i64, pid: i32) -> String {
    let buffer = [0_u8; 8];
    let ours = [address(&buffer), 8];
    let theirs = [somewhere(), 8];
    call(number, &[pid.into(), address(&ours), 1, address(&theirs), 1, 0]).word()
}

/// Let go of at once.
fn trace(pid: i32, request: i64) -> String {
    let outcome = call(libc::SYS_ptrace, &[request, pid.into()]);
    if outcome.is_ok() {
        let _detached = call(libc::SYS_ptrace, &[17, pid.into()]);
    }
    outcome.word()
}

fn pidfd_getfd(pid: i32) -> String {
    match call(libc::SYS_pidfd_open, &[pid.into(), 0]) {
        Err(errno) => errno::name(errno),
        Ok(pidfd) => words((0..16).map(|fd| call(libc::SYS_pidfd_getfd, &[pidfd, fd, 0]).word())),
    }
}

fn process_madvise(pid: i32) -> String {
    match call(libc::SYS_pidfd_open, &[pid.into(), 0]) {
        Err(errno) => errno::name(errno),
        Ok(pidfd) => {
            let range = [0_i64, 4096];
            // MADV_COLD
            call(libc::SYS_process_madvise, &[pidfd, address(&range), 1, 20, 0]).word()
        }
    }
}

/// To the limit that most processes have anyhow.
fn prlimit(pid: i32) -> String {
    let limit = [0_u64, 0];
    call(libc::SYS_prlimit64, &[pid.into(), i64::from(libc::RLIMIT_CORE), address(&limit), 0]).word()
}

/// Of another process nobody may set them; the call is one of those that have been wrong before.
fn capabilities(pid: i32) -> String {
    let header = [0x2008_0522_u32, u32::try_from(pid).unwrap_or_default()];
    call(libc::SYS_capset, &[address(&header), address(&[0_u32; 6])]).word()
}

/// The kernel keeps the signal from the first process of a namespace.
fn killed() -> String {
    // SAFETY: plain numbers.
    let told = result(unsafe { libc::kill(1, libc::SIGKILL) }.into()).word();
    std::thread::sleep(std::time::Duration::from_millis(300));
    let lives = fs::metadata("/proc/1").is_ok();
    format!("{told},{}", if lives { "lives" } else { "dead" })
}

/// Processes that /proc does not list, by any number up to the usual highest.
fn outside() -> String {
    for pid in 1..32_768 {
        // SAFETY: signal 0 tells only whether there is such a process.
        let there = unsafe { libc::kill(pid, 0) } == 0 || errno::last() == libc::EPERM;
        if there && fs::metadata(format!("/proc/{pid}")).is_err() && !is_thread(pid) {
            // It may have ended in between.
            // SAFETY: as above.
            if unsafe { libc::kill(pid, 0) } == 0 {
                return format!("out:{pid}");
            }
        }
    }
    "none".to_owned()
}

fn is_thread(pid: i32) -> bool {
    fs::metadata(format!("/proc/{pid}/status")).is_ok()
}
