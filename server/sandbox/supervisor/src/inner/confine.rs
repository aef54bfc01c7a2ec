//! What the learner's side is kept from beyond its namespaces and the container's own filter.

use std::process::Child;

use nix::sys::resource::{Resource, getrlimit, setrlimit};
use protocol::Setup;

use crate::fault::{Doing as _, Fault};

/// How readily the kernel ends what the learner runs; all else has 0.
const EXPENDABLE: &str = "500";

/// Set limits of each process. They are only ever lowered: what the container came with stays the upper bound. That of
/// open files is lowered for good in the learner's programs alone, by [`keep_open_files_low`].
pub(super) fn limit(setup: &Setup) -> Result<(), Fault> {
    let (_, hard) = getrlimit(Resource::RLIMIT_FSIZE).doing("read a limit")?;
    let most = hard.min(u64::from(setup.largest_file_mib) * 1024 * 1024);
    setrlimit(Resource::RLIMIT_FSIZE, most, most).doing("set a limit")?;
    let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE).doing("read a limit")?;
    // Whatever the host allows, the supervisor's own stays well above it; see `hand_out_in_any_case`.
    let most = u64::from(setup.open_files).min(hard / 2);
    setrlimit(Resource::RLIMIT_NOFILE, most, hard).doing("set a limit")
}

/// In a child that becomes a program of the learner's: give up the way to more open files.
pub(super) fn keep_open_files_low() -> std::io::Result<()> {
    let (most, _) = getrlimit(Resource::RLIMIT_NOFILE)?;
    Ok(setrlimit(Resource::RLIMIT_NOFILE, most, most)?)
}

/// In a process that hands a file descriptor out: allow it as many as it may have. The kernel counts descriptors that
/// are under way by user, which is the same in all sandboxes, and compares them with the limit of who sends: a learner
/// who has as many under way as learners may have must not keep the neighbours' supervisors from sending one.
pub(super) fn hand_out_in_any_case() -> Result<(), Fault> {
    let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE).doing("read a limit")?;
    setrlimit(Resource::RLIMIT_NOFILE, hard, hard).doing("raise a limit")
}

/// Nobody of the learner's side may look into this process or trace it.
pub(super) fn become_undumpable() -> Result<(), Fault> {
    // SAFETY: the option takes a plain number.
    let outcome = unsafe { libc::prctl(libc::PR_SET_DUMPABLE, 0, 0, 0, 0) };
    if outcome == 0 { Ok(()) } else { Err(std::io::Error::last_os_error()).doing("become undumpable") }
}

/// When memory is short, let the kernel end this program of the learner's before the engine and the supervisor.
pub(super) fn end_first(child: &Child) {
    let written = std::fs::write(format!("/proc/{}/oom_score_adj", child.id()), EXPENDABLE);
    // A program that has ended already needs none.
    if let Err(error) = written
        && error.kind() != std::io::ErrorKind::NotFound
    {
        eprintln!("supervisor: cannot mark a program as expendable: {error}");
    }
}

/// Refuse to this process and all that come of it what the container's filter cannot: user namespaces, which open kernel
/// code to attack that the nested engine has no need of, and the way around the list of allowed sockets.
pub(super) fn filter_calls() -> Result<(), Fault> {
    let program = filter();
    let length = u16::try_from(program.len()).unwrap_or_default();
    let program = libc::sock_fprog { len: length, filter: program.as_ptr().cast_mut() };
    // SAFETY: the program outlives the call, and the kernel checks it.
    let outcome = unsafe { libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, &raw const program) };
    if outcome == 0 { Ok(()) } else { Err(std::io::Error::last_os_error()).doing("filter calls") }
}

// linux/audit.h
const AUDIT_ARCH_X86_64: u32 = 0xc000_003e;
const AUDIT_ARCH_I386: u32 = 0x4000_0003;
const AUDIT_ARCH_AARCH64: u32 = 0xc000_00b7;
const AUDIT_ARCH_ARM: u32 = 0x4000_0028;
/// Numbers of clone and unshare: on each architecture that the container's filter lets through.
const CALLS: [(u32, u32, u32); 4] = [
    (AUDIT_ARCH_X86_64, 56, 272),
    (AUDIT_ARCH_I386, 120, 310),
    (AUDIT_ARCH_AARCH64, 220, 97),
    (AUDIT_ARCH_ARM, 120, 337),
];
/// Makes a socket of any family: which one lies in memory, where no filter sees it. Only there; the container's filter
/// lets it through on behalf of `socket`, which programs of 32 bits have as well.
const SOCKETCALL: (u32, u32) = (AUDIT_ARCH_I386, 102);

// struct seccomp_data: nr, arch, instruction pointer, then the arguments; the low half of the first one.
const NUMBER: u32 = 0;
const ARCHITECTURE: u32 = 4;
const FIRST_ARGUMENT: u32 = 16;

#[cfg(target_endian = "big")]
compile_error!("the low half of an argument lies elsewhere");

/// EPERM for clone and unshare with `CLONE_NEWUSER`, for socketcall, and for all of an architecture whose numbers are not
/// known; clone3 is refused by the container's filter.
fn filter() -> Vec<libc::sock_filter> {
    let load = |offset| statement(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, offset);
    let equal = |value, yes, no| jump(libc::BPF_JEQ, value, yes, no);
    let flag = u32::try_from(libc::CLONE_NEWUSER).unwrap_or_default();
    let give = |value| statement(libc::BPF_RET | libc::BPF_K, value);
    let refuse = libc::SECCOMP_RET_ERRNO | u32::try_from(libc::EPERM).unwrap_or_default();
    let mut program =
        vec![load(ARCHITECTURE), equal(SOCKETCALL.0, 0, 3), load(NUMBER), equal(SOCKETCALL.1, 0, 1), give(refuse)];
    for (architecture, clone, unshare) in CALLS {
        // Not this architecture: on to the next block of nine. Another call: on to the block's end.
        program.extend([
            load(ARCHITECTURE),
            equal(architecture, 0, 7),
            load(NUMBER),
            equal(clone, 1, 0),
            equal(unshare, 0, 3),
            load(FIRST_ARGUMENT),
            jump(libc::BPF_JSET, flag, 0, 1),
            give(refuse),
            give(libc::SECCOMP_RET_ALLOW),
        ]);
    }
    program.push(give(refuse));
    program
}

fn statement(code: u32, value: u32) -> libc::sock_filter {
    libc::sock_filter { code: u16::try_from(code).unwrap_or_default(), jt: 0, jf: 0, k: value }
}

fn jump(kind: u32, value: u32, yes: u8, no: u8) -> libc::sock_filter {
    let code = u16::try_from(libc::BPF_JMP | kind | libc::BPF_K).unwrap_or_default();
    libc::sock_filter { code, jt: yes, jf: no, k: value }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    /// What the program answers, for one call.
    fn run(architecture: u32, number: u32, first: u32) -> u32 {
        let program = filter();
        let (mut at, mut loaded) = (0, 0);
        loop {
            let step = program[at];
            let code = u32::from(step.code);
            at += 1;
            if code == libc::BPF_RET | libc::BPF_K {
                return step.k;
            } else if code == libc::BPF_LD | libc::BPF_W | libc::BPF_ABS {
                loaded = match step.k {
                    NUMBER => number,
                    ARCHITECTURE => architecture,
                    _ => first,
                };
            } else {
                let holds = if code & 0xf0 == libc::BPF_JSET { loaded & step.k != 0 } else { loaded == step.k };
                at += usize::from(if holds { step.jt } else { step.jf });
            }
        }
    }

    #[test]
    fn user_namespaces_are_refused_on_every_architecture() {
        let flag = u32::try_from(libc::CLONE_NEWUSER).unwrap();
        for (architecture, clone, unshare) in CALLS {
            for number in [clone, unshare] {
                assert_eq!(run(architecture, number, flag | 0x11) & 0xffff, u32::try_from(libc::EPERM).unwrap());
                assert_eq!(run(architecture, number, 0x2002_0011), libc::SECCOMP_RET_ALLOW);
            }
            assert_eq!(run(architecture, 1, flag), libc::SECCOMP_RET_ALLOW);
        }
    }

    #[test]
    fn sockets_are_made_only_where_the_containers_filter_sees_their_family() {
        assert_eq!(run(AUDIT_ARCH_I386, 102, 1) & 0xffff, u32::try_from(libc::EPERM).unwrap());
        for (architecture, _, _) in CALLS.into_iter().filter(|(architecture, _, _)| *architecture != AUDIT_ARCH_I386) {
            assert_eq!(run(architecture, 102, 1), libc::SECCOMP_RET_ALLOW, "another call");
        }
        assert_eq!(run(AUDIT_ARCH_I386, 359, 1), libc::SECCOMP_RET_ALLOW, "its arguments are plain");
    }

    #[test]
    fn an_unknown_architecture_may_call_nothing() {
        let riscv = 0xc000_00f3;
        assert_eq!(run(riscv, 1, 0) & 0xffff, u32::try_from(libc::EPERM).unwrap());
    }
}
