//! What a learner may do to what is his own, and priorities that he may not take from others.

use std::mem;

use crate::{
    attempt::{Case, Outcome as _, address, call, result},
    errno,
};

/// The C library has no name for it.
const IO_PGETEVENTS: i64 = if cfg!(target_arch = "x86_64") { 333 } else { 292 };

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    let mut plain = |name: &'static str, number: i64, arguments: &'static [i64]| {
        cases.push(Case::new(format!("own:{name}"), move || call(number, arguments)));
    };
    plain("msgget", libc::SYS_msgget, &[libc::IPC_PRIVATE as i64, 0o600]);
    plain("semget", libc::SYS_semget, &[libc::IPC_PRIVATE as i64, 1, 0o600]);
    plain("shmget", libc::SYS_shmget, &[libc::IPC_PRIVATE as i64, 4096, 0o600]);
    plain("memfd_secret", libc::SYS_memfd_secret, &[0]);
    plain("landlock_create_ruleset-version", libc::SYS_landlock_create_ruleset, &[0, 0, 1]);
    plain("io_pgetevents-of-nothing", IO_PGETEVENTS, &[]);
    plain("io_submit-of-nothing", libc::SYS_io_submit, &[]);
    plain("setpriority-highest", libc::SYS_setpriority, &[0, 0, -20]);
    plain("ioprio-realtime", libc::SYS_ioprio_set, &[1, 0, 1 << 13]);
    plain("ioprio-idle", libc::SYS_ioprio_set, &[1, 0, 3 << 13]);
    plain("mlockall", libc::SYS_mlockall, &[1]);
    cases.extend([
        Case::new("own:hostname", || call(libc::SYS_sethostname, &[address(c"sandbox"), 7])),
        Case::new("own:mq_open", || {
            let flags = i64::from(libc::O_CREAT | libc::O_RDWR);
            let made = call(libc::SYS_mq_open, &[address(c"intruder"), flags, 0o600, 0]);
            let _removed = call(libc::SYS_mq_unlink, &[address(c"intruder")]);
            made
        }),
        Case::new("own:sched-realtime", || schedule(1, 1)),
        Case::new("own:sched-deadline", || schedule(6, 0)),
        Case::new("own:more-open-files", || {
            let limit = [1_u64 << 20, 1 << 20];
            call(libc::SYS_prlimit64, &[0, i64::from(libc::RLIMIT_NOFILE), address(&limit), 0])
        }),
        Case::new("own:core-files", || {
            let limit = [u64::MAX, u64::MAX];
            call(libc::SYS_prlimit64, &[0, i64::from(libc::RLIMIT_CORE), address(&limit), 0])
        }),
        Case::new("own:larger-files", || {
            let limit = [u64::MAX, u64::MAX];
            call(libc::SYS_prlimit64, &[0, i64::from(libc::RLIMIT_FSIZE), address(&limit), 0])
        }),
        Case::new("own:realtime-limit", || {
            let limit = [99_u64, 99];
            call(libc::SYS_prlimit64, &[0, i64::from(libc::RLIMIT_RTPRIO), address(&limit), 0])
        }),
        Case::new("own:seccomp-notifier", notifier),
        Case::new("own:seccomp-off", || call(libc::SYS_seccomp, &[0, 0, 0])),
        Case::new("own:suspend-seccomp-of-a-child", suspend_seccomp),
        Case::new("own:set-uid-of-the-supervisor", || call(libc::SYS_setresuid, &[70_000, 70_000, 70_000])),
        Case::new("own:set-gid-beyond-the-range", || call(libc::SYS_setresgid, &[65_536, 65_536, 65_536])),
        Case::new("own:chown-beyond-the-range", || {
            let path = crate::attempt::c_string(crate::attempt::FOLDER);
            call(libc::SYS_fchownat, &[libc::AT_FDCWD.into(), address(path.as_c_str()), 70_000, 70_000, 0])
        }),
        Case::new("own:file-capability", file_capability),
        Case::new("own:trusted-attribute", trusted_attribute),
        Case::new("own:immutable-file", immutable),
        Case::new("own:type-into-a-terminal", type_into_terminal),
        Case::new("own:terminal-console", redirect_console),
        Case::new("own:terminal-packet-line-discipline", || line_discipline(13)),
        Case::new("own:terminal-gsm-line-discipline", || line_discipline(21)),
        Case::new("own:tunnel-device", || std::fs::File::open("/dev/net/tun")),
    ]);
    cases
}

/// `struct sched_attr`.
fn schedule(policy: u32, priority: u32) -> Result<i64, i32> {
    #[repr(C)]
    struct Attributes {
        size: u32,
        policy: u32,
        flags: u64,
        nice: i32,
        priority: u32,
        runtime: u64,
        deadline: u64,
        period: u64,
    }
    let (runtime, period) = if policy == 6 { (1_000_000, 100_000_000) } else { (0, 0) };
    let size = u32::try_from(mem::size_of::<Attributes>()).unwrap_or_default();
    let attributes = Attributes { size, policy, flags: 0, nice: 0, priority, runtime, deadline: period, period };
    call(libc::SYS_sched_setattr, &[0, address(&attributes), 0])
}

/// A filter that lets all through.
fn filter() -> [libc::sock_filter; 1] {
    [libc::sock_filter { code: 6, jt: 0, jf: 0, k: libc::SECCOMP_RET_ALLOW }]
}

fn notifier() -> Result<i64, i32> {
    let program = filter();
    let program = libc::sock_fprog { len: 1, filter: program.as_ptr().cast_mut() };
    // SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER
    call(libc::SYS_seccomp, &[1, 8, address(&program)])
}

/// `PTRACE_O_SUSPEND_SECCOMP` would take the filter off a child.
fn suspend_seccomp() -> String {
    // SAFETY: this process has one thread; the child only waits.
    let child = unsafe { libc::fork() };
    if child == 0 {
        // SAFETY: ends when the parent kills it, or after its time.
        unsafe {
            libc::alarm(30);
            libc::pause();
            libc::_exit(0)
        }
    }
    let seized = call(libc::SYS_ptrace, &[0x4206, child.into(), 0, 1 << 21]).word();
    // SAFETY: a child of this process that was not waited for.
    unsafe {
        libc::kill(child, libc::SIGKILL);
        libc::waitpid(child, std::ptr::null_mut(), 0);
    }
    seized
}

fn scratch(name: &str) -> (String, std::io::Result<std::fs::File>) {
    let path = format!("{}/{name}", crate::attempt::FOLDER);
    let file = std::fs::File::create(&path);
    (path, file)
}

/// All capabilities, for whoever runs it: good in this namespace only.
fn file_capability() -> Result<i64, i32> {
    let (path, _file) = scratch("capable");
    let path = crate::attempt::c_string(&path);
    let value = [0x0200_0001_u32, u32::MAX, 0, u32::MAX, 0];
    let name = c"security.capability";
    call(libc::SYS_setxattr, &[address(path.as_c_str()), address(name), address(&value), 20, 0])
}

fn trusted_attribute() -> Result<i64, i32> {
    let (path, _file) = scratch("trusted");
    let path = crate::attempt::c_string(&path);
    let name = c"trusted.overlay.redirect";
    call(libc::SYS_setxattr, &[address(path.as_c_str()), address(name), address(b"/"), 1, 0])
}

fn immutable() -> String {
    use std::os::fd::AsRawFd as _;
    let (_, file) = scratch("immutable");
    match file {
        Err(error) => Err::<(), _>(error).word(),
        Ok(file) => {
            // FS_IOC_SETFLAGS, FS_IMMUTABLE_FL
            let flags: libc::c_long = 0x10;
            // SAFETY: the flags outlive the call.
            result(unsafe { libc::ioctl(file.as_raw_fd(), 0x4008_6602, &raw const flags) }.into()).word()
        }
    }
}

/// A new terminal of this process's own, the one end of it; in a session of its own when it is to control that.
fn terminal() -> Result<i32, i32> {
    // SAFETY: plain numbers, and a name that outlives the calls.
    unsafe {
        libc::setsid();
        let master = libc::posix_openpt(libc::O_RDWR | libc::O_NOCTTY);
        result(master.into())?;
        result(libc::unlockpt(master).into())?;
        let name = libc::ptsname(master);
        if name.is_null() {
            return Err(errno::last());
        }
        let slave = libc::open(name, libc::O_RDWR);
        result(slave.into())?;
        libc::ioctl(slave, libc::TIOCSCTTY, 0);
        Ok(slave)
    }
}

fn type_into_terminal() -> Result<i64, i32> {
    let slave = terminal()?;
    // SAFETY: one byte, which outlives the call.
    result(unsafe { libc::ioctl(slave, libc::TIOCSTI, b"x".as_ptr()) }.into())
}

fn redirect_console() -> Result<i64, i32> {
    let slave = terminal()?;
    // SAFETY: the call takes no argument.
    result(unsafe { libc::ioctl(slave, libc::TIOCCONS) }.into())
}

/// Loads a module, and brings code to attack that no learner needs.
fn line_discipline(number: libc::c_int) -> Result<i64, i32> {
    let slave = terminal()?;
    // SAFETY: the number outlives the call.
    result(unsafe { libc::ioctl(slave, libc::TIOCSETD, &raw const number) }.into())
}
