//! Run a program and wait for it: output up to a limit, its process group ended at the time limit.

use std::{
    io::{Read, Write as _},
    os::{
        fd::AsFd,
        unix::{net::UnixStream, process::CommandExt as _, process::ExitStatusExt as _},
    },
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use nix::{
    poll::{PollFd, PollFlags, PollTimeout, poll},
    sys::signal::{Signal, killpg},
    unistd::Pid,
};
use protocol::{Answer, MAX_OUTPUT, MAX_STDIN, Ran, Refusal};

use super::super::{confine, environment::ENVIRONMENT};
use crate::wire;

/// The longest time limit.
const LONGEST: Duration = Duration::from_secs(300);
/// After a program's end, wait so long for what its children still hold open.
const AFTERMATH: Duration = Duration::from_millis(200);
/// After its time limit, wait so long for its end. One that the kernel holds may never come to it.
const LAST: Duration = Duration::from_secs(2);

pub(super) struct Program {
    pub(super) argv: Vec<String>,
    pub(super) env: Vec<(String, String)>,
    pub(super) cwd: String,
    pub(super) user: u32,
    pub(super) timeout_ms: u64,
    pub(super) output_limit: usize,
}

pub(super) fn run(program: &Program, stdin_size: u64, socket: &mut UnixStream) -> Answer {
    if stdin_size > MAX_STDIN {
        wire::drain(socket, stdin_size);
        return wire::refusal(Refusal::Limit, "this is too much for stdin");
    }
    let mut stdin = Vec::new();
    if let Err(error) = Read::by_ref(socket).take(stdin_size).read_to_end(&mut stdin) {
        return wire::refused("read what goes to stdin", &error);
    }
    let Some((name, arguments)) = program.argv.split_first() else {
        return wire::refusal(Refusal::Invalid, "there is no program to run");
    };
    let mut command = Command::new(name);
    command.args(arguments).env_clear().envs(ENVIRONMENT).env("TERM", "dumb");
    command.envs(program.env.iter().map(|(name, value)| (name, value))).current_dir(&program.cwd);
    command.stdin(if stdin.is_empty() { Stdio::null() } else { Stdio::piped() });
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
    if program.user != 0 {
        command.uid(program.user).gid(program.user);
    }
    // SAFETY: the closure makes system calls only and allocates nothing.
    unsafe { command.pre_exec(confine::keep_open_files_low) };
    match command.spawn() {
        Ok(mut child) => {
            confine::end_first(&child);
            if let Some(mut to) = child.stdin.take() {
                // A program that does not read it must not keep its output from being read. It may close it early.
                std::thread::spawn(move || drop(to.write_all(&stdin)));
            }
            follow(child, program, socket)
        }
        Err(error) => wire::refused(&format!("start {name}"), &error),
    }
}

struct Capture<R> {
    from: Option<R>,
    kept: Vec<u8>,
    truncated: bool,
}

impl<R: Read + AsFd> Capture<R> {
    fn new(from: Option<R>) -> Self {
        Self { from, kept: Vec::new(), truncated: false }
    }

    fn take(&mut self, limit: usize) {
        let Some(from) = &mut self.from else { return };
        let mut buffer = [0; 16 * 1024];
        match from.read(&mut buffer) {
            Ok(0) | Err(_) => self.from = None,
            Ok(length) => {
                let room = limit.saturating_sub(self.kept.len()).min(length);
                self.kept.extend_from_slice(&buffer[..room]);
                self.truncated |= room < length;
            }
        }
    }
}

fn follow(mut child: Child, program: &Program, socket: &UnixStream) -> Answer {
    let group = Pid::from_raw(i32::try_from(child.id()).unwrap_or(i32::MAX));
    let limit = program.output_limit.min(MAX_OUTPUT);
    let mut out = Capture::new(child.stdout.take());
    let mut err = Capture::new(child.stderr.take());
    let deadline = Instant::now() + Duration::from_millis(program.timeout_ms).min(LONGEST);
    let mut ended_at = None;
    let mut status = None;
    let mut timed_out_at = None;
    loop {
        let now = Instant::now();
        if status.is_none()
            && let Ok(Some(ended)) = child.try_wait()
        {
            status = Some(ended);
            ended_at = Some(now);
        }
        let open = out.from.is_some() || err.from.is_some();
        if ended_at.is_some_and(|at| !open || now >= at + AFTERMATH) {
            break;
        }
        if status.is_none() && (timed_out_at.is_some() || now >= deadline || wire::hung_up(socket)) {
            // The group is this program's own, but it may have left it; and what it starts just now may be missed.
            let _ended = (killpg(group, Signal::SIGKILL), child.kill());
            if now >= *timed_out_at.get_or_insert(now) + LAST {
                break;
            }
        }
        wait(&mut out, &mut err, limit, if status.is_some() { 20 } else { 50 });
    }
    let code = status.map_or(-1, |status| status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or(0)));
    Answer::Ran(Ran {
        exit_code: code,
        stdout: String::from_utf8_lossy(&out.kept).into_owned(),
        stderr: String::from_utf8_lossy(&err.kept).into_owned(),
        timed_out: timed_out_at.is_some(),
        truncated: out.truncated || err.truncated,
    })
}

/// Take what has come; wait at most some milliseconds for it.
fn wait<O: Read + AsFd, E: Read + AsFd>(out: &mut Capture<O>, err: &mut Capture<E>, limit: usize, milliseconds: u16) {
    let readable = |fd: &PollFd<'_>| fd.revents().is_some_and(|events| !events.is_empty());
    let mut fds = Vec::with_capacity(2);
    fds.extend(out.from.as_ref().map(|from| PollFd::new(from.as_fd(), PollFlags::POLLIN)));
    fds.extend(err.from.as_ref().map(|from| PollFd::new(from.as_fd(), PollFlags::POLLIN)));
    if poll(&mut fds, PollTimeout::from(milliseconds)).is_err() {
        return;
    }
    let mut ready = fds.iter().map(readable).collect::<Vec<_>>().into_iter();
    let (take_out, take_err) =
        (out.from.is_some() && ready.next() == Some(true), err.from.is_some() && ready.next() == Some(true));
    if take_out {
        out.take(limit);
    }
    if take_err {
        err.take(limit);
    }
}
