//! The learner's engine: containerd and dockerd, kept running. dockerd is given containerd's address, for
//! it would wait a whole second for a containerd of its own.

use std::{
    fs::OpenOptions,
    os::unix::{fs::OpenOptionsExt as _, process::CommandExt as _},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::{ForkResult, Pid, fork},
};

use super::{ENGINE_READY, ENGINE_STOPPED, confine, environment::ENVIRONMENT};
use crate::fault::{Doing as _, Fault};

/// The engine's socket.
pub(super) const SOCKET: &str = "/run/docker.sock";
/// Wait so long before an ended engine is started again, doubled at each quick end.
const PAUSE: Duration = Duration::from_millis(300);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// The engine's processes.
pub(super) struct Engine {
    /// Start again what ends.
    keep: bool,
    containerd: Option<Pid>,
    dockerd: Option<Pid>,
    /// Ends when the engine answers.
    prober: Option<Pid>,
    started: Option<Instant>,
    again_at: Option<Instant>,
    pause: Duration,
}

impl Engine {
    pub(super) fn new(keep: bool) -> Self {
        Self { keep, containerd: None, dockerd: None, prober: None, started: None, again_at: None, pause: PAUSE }
    }

    /// Start what does not run; try again later when it cannot be started, as when there are too many processes.
    pub(super) fn start(&mut self) {
        self.again_at = None;
        self.started = Some(Instant::now());
        if let Err(fault) = self.try_start() {
            eprintln!("supervisor: engine: {}", fault.chain());
            self.again_at = Some(Instant::now() + LONGEST_PAUSE);
        }
    }

    fn try_start(&mut self) -> Result<(), Fault> {
        if self.containerd.is_none() {
            self.containerd = Some(spawn("containerd", &["--config", "/etc/containerd/config.toml"])?);
        }
        if self.dockerd.is_none() {
            let arguments = ["--containerd", "/run/containerd/containerd.sock", "--host", "unix:///run/docker.sock"];
            self.dockerd = Some(spawn("dockerd", &arguments)?);
        }
        if self.prober.is_some() {
            return Ok(());
        }
        // SAFETY: this process has one thread.
        match unsafe { fork() }.doing("fork")? {
            ForkResult::Parent { child } => self.prober = Some(child),
            ForkResult::Child => {
                while !answers() {
                    std::thread::sleep(Duration::from_millis(10));
                }
                std::process::exit(0);
            }
        }
        Ok(())
    }

    /// A child has ended: the new state, when it was one of these.
    pub(super) fn ended(&mut self, pid: Pid) -> Option<u8> {
        if self.prober == Some(pid) {
            self.prober = None;
            return Some(ENGINE_READY);
        }
        if self.containerd == Some(pid) {
            self.containerd = None;
        } else if self.dockerd == Some(pid) {
            self.dockerd = None;
        } else {
            return None;
        }
        self.end_prober();
        if !self.keep {
            return Some(ENGINE_STOPPED);
        }
        let quick = self.started.is_some_and(|at| at.elapsed() < Duration::from_secs(10));
        self.pause = if quick { (self.pause * 2).clamp(PAUSE, LONGEST_PAUSE) } else { PAUSE };
        self.again_at = Some(Instant::now() + self.pause);
        Some(ENGINE_STOPPED)
    }

    /// Stop dockerd; `ended` has it started again. Its state from now on: what the prober finds until then is the
    /// engine that goes.
    pub(super) fn restart(&mut self) -> u8 {
        self.end_prober();
        if let Some(dockerd) = self.dockerd {
            // A child of ours that was not waited for: the number is still its own.
            let _stopping = kill(dockerd, Signal::SIGTERM);
        }
        ENGINE_STOPPED
    }

    fn end_prober(&mut self) {
        if let Some(prober) = self.prober.take() {
            // It is ours and nothing depends on its end.
            let _ended = kill(prober, Signal::SIGKILL);
        }
    }

    /// Time until `look` has something to do.
    pub(super) fn next_look(&self) -> Option<Duration> {
        self.again_at.map(|at| at.saturating_duration_since(Instant::now()))
    }

    /// Start an ended engine again when it is time. True when it was.
    pub(super) fn look(&mut self) -> bool {
        let due = self.again_at.is_some_and(|at| at <= Instant::now());
        if due {
            self.start();
        }
        due
    }
}

fn spawn(program: &str, arguments: &[&str]) -> Result<Pid, Fault> {
    let log = format!("/var/log/{program}.log");
    let mut command = Command::new(program);
    command.args(arguments).env_clear().envs(ENVIRONMENT).env("GOGC", "50");
    command.current_dir("/").stdin(Stdio::null()).stdout(open_log(&log)).stderr(open_log(&log)).process_group(0);
    // SAFETY: the closures make system calls only and allocate nothing.
    unsafe { command.pre_exec(unblock_signals).pre_exec(confine::keep_open_files_low) };
    let child = command.spawn().doing(format!("start {program}"))?;
    Ok(Pid::from_raw(i32::try_from(child.id()).unwrap_or(i32::MAX)))
}

/// The learner may have put anything in the log's place: a pipe would hold this process up. The engine then starts
/// without a log.
fn open_log(path: &str) -> Stdio {
    let mut options = OpenOptions::new();
    options.create(true).append(true).custom_flags(libc::O_NONBLOCK | libc::O_NOFOLLOW);
    match options.open(path) {
        Ok(log) if log.metadata().is_ok_and(|found| found.is_file()) => log.into(),
        _ => Stdio::null(),
    }
}

/// Children inherit the blocked SIGCHLD otherwise.
pub(super) fn unblock_signals() -> std::io::Result<()> {
    nix::sys::signal::SigSet::all().thread_unblock()?;
    Ok(())
}

fn answers() -> bool {
    use std::{
        io::{Read as _, Write as _},
        os::unix::net::UnixStream,
    };
    let ask = || -> std::io::Result<bool> {
        let mut socket = UnixStream::connect(SOCKET)?;
        socket.set_read_timeout(Some(Duration::from_secs(5)))?;
        socket.write_all(b"GET /_ping HTTP/1.0\r\n\r\n")?;
        let mut head = [0; 12];
        socket.read_exact(&mut head)?;
        Ok(head.ends_with(b"200"))
    };
    ask().unwrap_or(false)
}
