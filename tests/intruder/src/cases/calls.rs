//! System calls that change or read the whole kernel, and those in which holes are found again and again.
//! Their arguments do no harm where a call is let through.

use std::{mem, ptr};

use crate::attempt::{Case, address, call, result};

/// `CLOCK_REALTIME`, and a microsecond's worth of nothing.
fn set_time_as_it_is() -> Result<i64, i32> {
    // SAFETY: an all-zero timeval is valid, and outlives the calls.
    unsafe {
        let mut now: libc::timeval = mem::zeroed();
        libc::gettimeofday(&raw mut now, ptr::null_mut());
        result(libc::settimeofday(&raw const now, ptr::null()).into())
    }
}

fn set_clock_as_it_is(clock: libc::clockid_t) -> Result<i64, i32> {
    // SAFETY: an all-zero timespec is valid, and outlives the calls.
    unsafe {
        let mut now: libc::timespec = mem::zeroed();
        libc::clock_gettime(clock, &raw mut now);
        result(libc::clock_settime(clock, &raw const now).into())
    }
}

/// The tick, to what it is.
fn adjust(clock: Option<libc::clockid_t>) -> Result<i64, i32> {
    // SAFETY: an all-zero timex is valid, and outlives the call.
    unsafe {
        let mut adjustment: libc::timex = mem::zeroed();
        adjustment.modes = libc::ADJ_TICK;
        adjustment.tick = 10_000;
        result(match clock {
            None => libc::adjtimex(&raw mut adjustment).into(),
            Some(clock) => libc::clock_adjtime(clock, &raw mut adjustment).into(),
        })
    }
}

/// By its handle, as got from the kernel.
fn open_by_handle() -> Result<i64, i32> {
    let mut handle = [0_u32; 34];
    handle[0] = 128;
    let mount = 0_i32;
    // An overlay file system has none, a tmpfs has.
    let folder = crate::attempt::c_string(crate::attempt::FOLDER);
    let path = address(folder.as_c_str());
    call(libc::SYS_name_to_handle_at, &[libc::AT_FDCWD.into(), path, address(&handle), address(&mount), 0])?;
    call(libc::SYS_open_by_handle_at, &[libc::AT_FDCWD.into(), address(&handle), 0])
}

/// The way out of 2014: a handle that is guessed, the root of the file system that /etc/hosts or another file lies on.
fn open_guessed_handle() -> Result<i64, i32> {
    let handle = [8_u32, 1, 2, 0];
    call(libc::SYS_open_by_handle_at, &[libc::AT_FDCWD.into(), address(&handle), 0])
}

fn execute_what_is_readable() -> Result<i64, i32> {
    const READ_IMPLIES_EXEC: i64 = 0x040_0000;
    call(libc::SYS_personality, &[READ_IMPLIES_EXEC])
}

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    let mut plain = |name: &'static str, number: i64, arguments: &'static [i64]| {
        cases.push(Case::new(format!("call:{name}"), move || call(number, arguments)));
    };
    plain("acct", libc::SYS_acct, &[0]);
    plain("add_key", libc::SYS_add_key, &[]);
    plain("bpf", libc::SYS_bpf, &[]);
    plain("clone3", libc::SYS_clone3, &[]);
    plain("delete_module", libc::SYS_delete_module, &[]);
    plain("fanotify_init", libc::SYS_fanotify_init, &[0, 0]);
    plain("fanotify_mark", libc::SYS_fanotify_mark, &[-1]);
    plain("finit_module", libc::SYS_finit_module, &[-1]);
    plain("get_mempolicy", libc::SYS_get_mempolicy, &[]);
    plain("init_module", libc::SYS_init_module, &[]);
    plain("io_uring_enter", libc::SYS_io_uring_enter, &[-1]);
    plain("io_uring_register", libc::SYS_io_uring_register, &[-1]);
    plain("io_uring_setup", libc::SYS_io_uring_setup, &[1]);
    plain("kexec_file_load", libc::SYS_kexec_file_load, &[-1, -1]);
    plain("kexec_load", libc::SYS_kexec_load, &[0, 0, 0, -1]);
    plain("keyctl", libc::SYS_keyctl, &[]);
    plain("lsm_set_self_attr", 460, &[]);
    plain("mbind", libc::SYS_mbind, &[]);
    plain("migrate_pages", libc::SYS_migrate_pages, &[0, 0]);
    plain("move_pages", libc::SYS_move_pages, &[0, 0]);
    plain("nfsservctl", libc::SYS_nfsservctl, &[]);
    plain("perf_event_open", libc::SYS_perf_event_open, &[0, 0, -1, -1, 0]);
    plain("pivot_root-nowhere", libc::SYS_pivot_root, &[]);
    plain("quotactl", libc::SYS_quotactl, &[]);
    plain("quotactl_fd", libc::SYS_quotactl_fd, &[-1]);
    // Without its magic numbers.
    plain("reboot", libc::SYS_reboot, &[]);
    plain("request_key", libc::SYS_request_key, &[]);
    plain("set_mempolicy", libc::SYS_set_mempolicy, &[0]);
    plain("setdomainname-too-long", libc::SYS_setdomainname, &[0, 4096]);
    plain("syslog-read", libc::SYS_syslog, &[3]);
    plain("syslog-console", libc::SYS_syslog, &[8, 0, 7]);
    plain("userfaultfd", libc::SYS_userfaultfd, &[0]);
    plain("vhangup", libc::SYS_vhangup, &[]);
    plain("fsopen-in-32-bits-of-garbage", libc::SYS_fsopen | (1 << 32), &[]);
    #[cfg(target_arch = "x86_64")]
    {
        plain("x86-create_module", 174, &[]);
        plain("x86-get_kernel_syms", 177, &[]);
        plain("x86-ioperm", libc::SYS_ioperm, &[0x80, 1, 1]);
        plain("x86-iopl", libc::SYS_iopl, &[3]);
        plain("x86-lookup_dcookie", 212, &[]);
        plain("x86-modify_ldt", libc::SYS_modify_ldt, &[0]);
        plain("x86-query_module", 178, &[]);
        plain("x86-_sysctl", libc::SYS__sysctl, &[]);
        plain("x86-uselib", libc::SYS_uselib, &[]);
        plain("x86-ustat", libc::SYS_ustat, &[]);
    }
    cases.extend([
        Case::new("call:open_by_handle_at-as-named", open_by_handle),
        Case::new("call:open_by_handle_at-guessed", open_guessed_handle),
        Case::new("call:personality-read-implies-exec", execute_what_is_readable),
        Case::new("call:settimeofday", set_time_as_it_is),
        Case::new("call:clock_settime-realtime", || set_clock_as_it_is(libc::CLOCK_REALTIME)),
        Case::new("call:clock_settime-tai", || set_clock_as_it_is(libc::CLOCK_TAI)),
        Case::new("call:adjtimex", || adjust(None)),
        Case::new("call:clock_adjtime", || adjust(Some(libc::CLOCK_REALTIME))),
        Case::new("call:swapon", || call(libc::SYS_swapon, &[address(c"/nowhere")])),
        Case::new("call:swapoff", || call(libc::SYS_swapoff, &[address(c"/nowhere")])),
    ]);
    cases
}
