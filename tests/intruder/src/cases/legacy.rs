//! The same kernel by its other doors: 32-bit calls, which have numbers of their own, and those of the x32 kind.

use std::arch::asm;

use crate::{
    attempt::{Case, Outcome, call},
    errno,
};

/// Name, number and arguments of calls by `int 0x80`.
const CALLS: [(&str, i32, [i32; 3]); 23] = [
    ("add_key", 286, [0, 0, 0]),
    ("bpf", 357, [0, 0, 0]),
    ("clone3", 435, [0, 0, 0]),
    ("fsopen", 430, [0, 0, 0]),
    ("init_module", 128, [0, 0, 0]),
    ("io_uring_setup", 425, [1, 0, 0]),
    ("iopl", 110, [3, 0, 0]),
    ("kexec_load", 283, [0, 0, 0]),
    ("keyctl", 288, [0, 0, 0]),
    ("modify_ldt", 123, [0, 0, 0]),
    ("open_by_handle_at", 342, [-1, 0, 0]),
    ("perf_event_open", 336, [0, 0, -1]),
    ("personality", 136, [0x040_0000, 0, 0]),
    ("reboot", 88, [0, 0, 0]),
    ("settimeofday", 79, [0, 0, 0]),
    ("socket-alg", 359, [38, 5, 0]),
    ("socket-netfilter", 359, [16, 3, 12]),
    ("socketpair-tipc", 360, [30, 1, 0]),
    ("stime", 25, [0, 0, 0]),
    ("unshare-user", 310, [libc::CLONE_NEWUSER, 0, 0]),
    ("userfaultfd", 374, [0, 0, 0]),
    ("vm86", 166, [0, 0, 0]),
    ("vm86old", 113, [0, 0, 0]),
];

/// Family, kind and protocol of sockets by `socketcall`, whose arguments a filter cannot see: they lie in memory.
const SOCKETS: [(&str, [i32; 3]); 6] = [
    ("alg", [38, 5, 0]),
    ("inet", [2, 1, 0]),
    ("netfilter", [16, 3, 12]),
    ("packet", [17, 3, 0]),
    ("vsock", [40, 1, 0]),
    ("xdp", [44, 3, 0]),
];

const X32: i64 = 0x4000_0000;

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    cases.extend(
        CALLS.map(|(name, number, arguments)| {
            Case::new(format!("x86:32-bit-{name}"), move || outcome(number, arguments))
        }),
    );
    cases
        .extend(SOCKETS.map(|(name, arguments)| {
            Case::new(format!("x86:32-bit-socketcall-{name}"), move || socketcall(arguments))
        }));
    cases.extend([
        Case::new("x86:32-bit-getpid", || outcome(20, [0; 3])),
        Case::new("x86:x32-getpid", || call(X32 | libc::SYS_getpid, &[])),
        Case::new("x86:x32-unshare-user", || call(X32 | libc::SYS_unshare, &[libc::CLONE_NEWUSER.into()])),
        Case::new("x86:x32-socket-alg", || call(X32 | libc::SYS_socket, &[38, 5, 0])),
        Case::new("x86:port-80", port),
    ]);
    cases
}

/// Writes to the port that firmware shows its progress on: ends the process unless it was let to.
fn port() -> &'static str {
    // SAFETY: touches no memory.
    unsafe { asm!("out 0x80, al", in("al") 0_u8, options(nomem, nostack)) };
    "ok"
}

/// The socket's own number is 1. What is pointed to must have an address of 32 bits.
fn socketcall(arguments: [i32; 3]) -> String {
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_32BIT;
    let access = libc::PROT_READ | libc::PROT_WRITE;
    // SAFETY: new memory, wherever the kernel likes.
    let memory = unsafe { libc::mmap(std::ptr::null_mut(), 4096, access, flags, -1, 0) };
    let Some(address) = i32::try_from(memory as usize).ok().filter(|_| memory != libc::MAP_FAILED) else {
        return "no-memory".to_owned();
    };
    // SAFETY: a page was just made there, and nothing else uses it.
    unsafe { memory.cast::<[i32; 3]>().write(arguments) };
    outcome(102, [1, address, 0])
}

fn outcome(number: i32, arguments: [i32; 3]) -> String {
    // SAFETY: the cases give plain numbers and null pointers.
    let told = unsafe { call_32(number, arguments) };
    if told < 0 { errno::name(-told) } else { Ok::<_, i32>(told).word() }
}

/// # Safety
/// As that of the call: pointers among the arguments must be null or valid.
unsafe fn call_32(number: i32, [first, second, third]: [i32; 3]) -> i32 {
    let told: i32;
    // SAFETY: the old entry keeps all registers but those that are named; rbx, which the compiler keeps for itself, is
    // put back.
    unsafe {
        asm!(
            "xchg {first}, rbx",
            "int 0x80",
            "xchg {first}, rbx",
            first = inout(reg) i64::from(first) => _,
            inout("eax") number => told,
            in("ecx") second,
            in("edx") third,
            in("esi") 0,
            in("edi") 0,
            out("r8") _, out("r9") _, out("r10") _, out("r11") _,
        );
    }
    told
}
