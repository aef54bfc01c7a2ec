//! The learner's engine: containerd and dockerd. They start at the first use of the engine's socket, which this process
//! holds, and are kept running from then on: who only looks does not pay for an engine, and a connection that comes too
//! early waits instead of failing. dockerd is given containerd's address, for it would wait a whole second for a
//! containerd of its own.

use std::{
    convert::Infallible,
    fs::OpenOptions,
    os::{
        fd::{AsFd as _, AsRawFd as _, BorrowedFd, RawFd},
        unix::{
            fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _},
            net::UnixListener,
            process::CommandExt as _,
        },
    },
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::{ForkResult, Gid, Group, Pid, fork},
};

use super::{ENGINE_ASLEEP, ENGINE_READY, ENGINE_STARTING, ENGINE_STOPPED, confine, environment::ENVIRONMENT};
use crate::fault::{Doing as _, Fault};

/// The engine's socket.
pub(super) const SOCKET: &str = "/run/docker.sock";
/// Who may use it besides root.
const GROUP: &str = "docker";
/// The descriptor that dockerd finds its socket at: the first one that is handed over, see `sd_listen_fds(3)`.
const HANDED_OVER: i32 = 3;
/// gVisor lets only its own root forward packets, and its packet filter knows too little for dockerd's rules. Ports are
/// published by dockerd's proxy all the same.
const WITHOUT_PACKET_FILTER: [&str; 3] = ["--ip-forward=false", "--iptables=false", "--ip6tables=false"];
/// Wait so long before an ended engine is started again, doubled at each quick end.
const PAUSE: Duration = Duration::from_millis(300);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// The engine's processes and its socket.
pub(super) struct Engine {
    /// Start again what ends.
    keep: bool,
    /// The kernel is gVisor's.
    gvisor: bool,
    listener: Option<UnixListener>,
    /// Device and number of the socket's file.
    file: Option<(u64, u64)>,
    /// Not started yet: it does at the first use.
    asleep: bool,
    containerd: Option<Pid>,
    dockerd: Option<Pid>,
    /// Ends when the engine answers.
    prober: Option<Pid>,
    started: Option<Instant>,
    again_at: Option<Instant>,
    pause: Duration,
}

impl Engine {
    /// One that sleeps until its socket is used. Without a socket, when it cannot be made, it is tried again at the start.
    pub(super) fn new(keep: bool, gvisor: bool) -> Self {
        let mut engine = Self {
            keep,
            gvisor,
            listener: None,
            file: None,
            asleep: true,
            containerd: None,
            dockerd: None,
            prober: None,
            started: None,
            again_at: None,
            pause: PAUSE,
        };
        if let Err(fault) = engine.listen() {
            eprintln!("supervisor: engine: {}", fault.chain());
        }
        engine
    }

    /// What the outer side is told before anything happens.
    pub(super) fn state(&self) -> u8 {
        if self.asleep { ENGINE_ASLEEP } else { ENGINE_STARTING }
    }

    /// The socket to watch for the first connection, as long as there is none.
    pub(super) fn first_use(&self) -> Option<BorrowedFd<'_>> {
        self.listener.as_ref().filter(|_| self.asleep).map(UnixListener::as_fd)
    }

    /// Start it if it sleeps: its new state then.
    pub(super) fn wake(&mut self) -> Option<u8> {
        if !self.asleep {
            return None;
        }
        self.start();
        Some(ENGINE_STARTING)
    }

    /// Start what does not run; try again later when it cannot be started, as when there are too many processes.
    fn start(&mut self) {
        self.asleep = false;
        self.again_at = None;
        self.started = Some(Instant::now());
        if let Err(fault) = self.try_start() {
            eprintln!("supervisor: engine: {}", fault.chain());
            self.again_at = Some(Instant::now() + LONGEST_PAUSE);
        }
    }

    /// Take connections at the engine's place, unless that is being done.
    fn listen(&mut self) -> Result<(), Fault> {
        let there = std::fs::symlink_metadata(SOCKET).ok().map(|found| (found.dev(), found.ino()));
        if self.listener.is_some() && there.is_some() && there == self.file {
            return Ok(());
        }
        // The learner has removed it or put something else there.
        match std::fs::remove_file(SOCKET) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error).doing("remove a socket"),
            _ => {}
        }
        let listener = UnixListener::bind(SOCKET).doing("make the engine's socket")?;
        std::fs::set_permissions(SOCKET, std::fs::Permissions::from_mode(0o660)).doing("open the engine's socket")?;
        let group = Group::from_name(GROUP).ok().flatten().map_or(Gid::from_raw(0), |group| group.gid);
        nix::unistd::chown(SOCKET, None, Some(group)).doing("open the engine's socket to its group")?;
        let made = std::fs::symlink_metadata(SOCKET).doing("look at the engine's socket")?;
        self.file = Some((made.dev(), made.ino()));
        self.listener = Some(listener);
        Ok(())
    }

    fn try_start(&mut self) -> Result<(), Fault> {
        if self.containerd.is_none() {
            self.containerd = Some(spawn("containerd", &["--config", "/etc/containerd/config.toml"])?);
        }
        if self.dockerd.is_none() {
            self.listen()?;
            let Some(listener) = &self.listener else { return Ok(()) };
            self.dockerd = Some(start_dockerd(listener.as_fd(), self.gvisor)?);
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
        if self.asleep {
            self.asleep = false;
            self.again_at = Some(Instant::now());
        }
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
    let child = command(program, arguments).spawn().doing(format!("start {program}"))?;
    Ok(Pid::from_raw(i32::try_from(child.id()).unwrap_or(i32::MAX)))
}

/// dockerd with its socket handed over, as systemd would. It takes it only when it is told its own process number,
/// which is known after the fork.
fn start_dockerd(socket: BorrowedFd<'_>, gvisor: bool) -> Result<Pid, Fault> {
    // SAFETY: this process has one thread.
    match unsafe { fork() }.doing("fork")? {
        ForkResult::Parent { child } => Ok(child),
        ForkResult::Child => {
            let Err(fault) = become_dockerd(socket, gvisor);
            eprintln!("supervisor: {}", fault.chain());
            std::process::exit(127);
        }
    }
}

fn become_dockerd(socket: BorrowedFd<'_>, gvisor: bool) -> Result<Infallible, Fault> {
    hand_over(socket.as_raw_fd()).doing("hand the engine's socket over")?;
    let mut arguments = vec!["--containerd", "/run/containerd/containerd.sock", "--host", "fd://"];
    if gvisor {
        arguments.extend(WITHOUT_PACKET_FILTER);
    }
    let mut dockerd = command("dockerd", &arguments);
    dockerd.env("LISTEN_FDS", "1").env("LISTEN_PID", std::process::id().to_string());
    Err(dockerd.exec()).doing("start dockerd")
}

/// In a child that becomes a program: let it find a descriptor at [`HANDED_OVER`].
pub(super) fn hand_over(descriptor: RawFd) -> std::io::Result<()> {
    // SAFETY: whatever the numbers stand for in this process, it becomes another program at once.
    let outcome = unsafe {
        if descriptor == HANDED_OVER {
            libc::fcntl(descriptor, libc::F_SETFD, 0)
        } else {
            libc::dup2(descriptor, HANDED_OVER)
        }
    };
    if outcome < 0 { Err(std::io::Error::last_os_error()) } else { Ok(()) }
}

fn command(program: &str, arguments: &[&str]) -> Command {
    let log = format!("/var/log/{program}.log");
    let mut command = Command::new(program);
    command.args(arguments).env_clear().envs(ENVIRONMENT).env("GOGC", "50");
    command.current_dir("/").stdin(Stdio::null()).stdout(open_log(&log)).stderr(open_log(&log)).process_group(0);
    // SAFETY: the closures make system calls only and allocate nothing.
    unsafe { command.pre_exec(unblock_signals).pre_exec(confine::keep_open_files_low) };
    command
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
