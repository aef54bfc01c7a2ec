//! One case in a process of its own, so that what it changes of itself, or dies of, concerns no other.

use std::{
    ffi::CString,
    fs::File,
    io::{Read as _, Write as _},
    os::fd::FromRawFd as _,
};

use crate::errno;

/// A folder for what cases make; removed in the end.
pub(crate) const FOLDER: &str = "/tmp/intruder-work";

/// Seconds after which a case is given up.
const PATIENCE: u32 = 60;

/// Something to try.
pub(crate) struct Case {
    /// Without white space.
    pub(crate) name: String,
    attempt: Box<dyn Fn() -> String>,
}

impl Case {
    pub(crate) fn new<T: Outcome>(name: impl Into<String>, attempt: impl Fn() -> T + 'static) -> Self {
        Self { name: name.into(), attempt: Box::new(move || attempt().word()) }
    }
}

/// What an attempt came to, as one word.
pub(crate) trait Outcome {
    fn word(self) -> String;
}

impl Outcome for String {
    fn word(self) -> String {
        self
    }
}

impl Outcome for &str {
    fn word(self) -> String {
        self.to_owned()
    }
}

/// Of a call: `ok`, or the name of its errno.
impl<T> Outcome for Result<T, i32> {
    fn word(self) -> String {
        self.map_or_else(errno::name, |_| "ok".to_owned())
    }
}

impl<T> Outcome for std::io::Result<T> {
    fn word(self) -> String {
        self.map_err(|error| error.raw_os_error().unwrap_or(0)).word()
    }
}

/// Different words of several attempts, sorted, with commas between.
pub(crate) fn words(attempts: impl IntoIterator<Item = String>) -> String {
    let words: std::collections::BTreeSet<String> = attempts.into_iter().collect();
    words.into_iter().collect::<Vec<_>>().join(",")
}

/// The result of a call that gives -1 for a failure.
pub(crate) fn result(value: i64) -> Result<i64, i32> {
    if value < 0 { Err(errno::last()) } else { Ok(value) }
}

/// A system call by its number; arguments that are left out are zero.
pub(crate) fn call(number: i64, arguments: &[i64]) -> Result<i64, i32> {
    let at = |index: usize| arguments.get(index).copied().unwrap_or(0);
    // SAFETY: cases give numbers, or addresses of values that outlive the call; each runs in a process of its own.
    result(unsafe { libc::syscall(number, at(0), at(1), at(2), at(3), at(4), at(5)) })
}

/// The address of a value, as an argument.
pub(crate) fn address<T: ?Sized>(value: &T) -> i64 {
    std::ptr::from_ref(value).cast::<u8>() as i64
}

/// As the kernel reads names. One with a zero byte within is cut there.
pub(crate) fn c_string(text: &str) -> CString {
    CString::new(text.split('\0').next().unwrap_or_default()).unwrap_or_default()
}

/// Run a case in a child and tell its word; `hangs`, or the signal, of one that does not come to an end.
pub(crate) fn run(case: &Case) -> String {
    let mut pipe = [0; 2];
    // SAFETY: the array has room for both ends; this process has one thread, so the child may run any code.
    let child = unsafe {
        if libc::pipe2(pipe.as_mut_ptr(), libc::O_CLOEXEC | libc::O_NONBLOCK) < 0 {
            return format!("pipe-{}", errno::name(errno::last()));
        }
        libc::fork()
    };
    // SAFETY: both ends were just made and nothing else owns them.
    let (mut from, to) = unsafe { (File::from_raw_fd(pipe[0]), File::from_raw_fd(pipe[1])) };
    if child < 0 {
        return format!("fork-{}", errno::name(errno::last()));
    }
    if child == 0 {
        finish(case, to);
    }
    drop(to);
    let mut status = 0;
    // SAFETY: the status outlives the call.
    while unsafe { libc::waitpid(child, &raw mut status, 0) } < 0 && errno::last() == libc::EINTR {}
    let mut word = String::new();
    // What a grandchild still holds open is not waited for: all that the case told is there by now.
    let _told = from.read_to_string(&mut word);
    if libc::WIFSIGNALED(status) {
        return match libc::WTERMSIG(status) {
            libc::SIGALRM => "hangs".to_owned(),
            libc::SIGSYS => "SIGSYS".to_owned(),
            libc::SIGSEGV => "SIGSEGV".to_owned(),
            other => format!("signal-{other}"),
        };
    }
    if word.is_empty() { "silent".to_owned() } else { word }
}

fn finish(case: &Case, mut to: File) -> ! {
    // SAFETY: takes a plain number.
    unsafe { libc::alarm(PATIENCE) };
    let word = (case.attempt)();
    let _told = to.write_all(word.as_bytes());
    // SAFETY: ends this process; nothing of the parent's is to be cleaned up.
    unsafe { libc::_exit(0) }
}
