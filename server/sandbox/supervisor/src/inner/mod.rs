//! The inner side: PID 1 of the learner's namespaces. It starts the engine, and one process for each piece of work.
//! Invariant: this process has one thread, so a forked child may run any code.

use std::{
    os::{
        fd::{AsFd as _, OwnedFd},
        unix::net::UnixStream,
    },
    time::Duration,
};

use nix::{
    errno::Errno,
    poll::{PollFd, PollFlags, PollTimeout, poll},
    sys::{
        signal::{SigSet, Signal},
        signalfd::{SfdFlags, SignalFd},
        wait::{WaitPidFlag, WaitStatus, waitpid},
    },
    unistd::{ForkResult, Pid, fork},
};
use protocol::Setup;

use crate::{
    fault::{Doing as _, Fault},
    wire,
};

mod confine;
mod engine;
mod environment;
mod golden;
mod groups;
mod mounts;
mod ops;
mod second;

pub(crate) use groups::Handed;
pub(crate) use mounts::ROOT;

/// Told to the outer side, one byte each.
pub(crate) const ENGINE_STARTING: u8 = 0;
pub(crate) const ENGINE_READY: u8 = 1;
pub(crate) const ENGINE_STOPPED: u8 = 2;
pub(crate) const ENGINE_ASLEEP: u8 = 3;

/// Told by the outer side, one byte each: work comes with a socket.
pub(crate) const WORK: u8 = 0;
pub(crate) const RESTART_ENGINE: u8 = 1;
pub(crate) const WAKE_ENGINE: u8 = 2;
pub(crate) const WORK_OF_SECOND: u8 = 3;
pub(crate) const ADD_HOST: u8 = 4;

/// Pieces of work at one time; the outer side gets no answer beyond it.
const MOST_WORK: usize = 128;

/// Be PID 1 of the learner's side. Returns only on a fault.
pub(crate) fn init(setup: &Setup, handed: Handed, control: OwnedFd) -> Result<(), Fault> {
    confine::become_undumpable()?;
    let origin = mounts::leave_origin()?;
    mounts::enter_root(setup, handed)?;
    let (name, _) = protocol::HOSTS[0];
    environment::raise(setup, name)?;
    confine::limit(setup)?;
    confine::filter_calls()?;
    serve(setup, control, second::Second::not_made(origin, handed))
}

/// Be PID 1 of a host.
fn serve(setup: &Setup, control: OwnedFd, second: second::Second) -> Result<(), Fault> {
    let mut blocked = SigSet::empty();
    blocked.add(Signal::SIGCHLD);
    blocked.thread_block().doing("block SIGCHLD")?;
    let children =
        SignalFd::with_flags(&blocked, SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK).doing("watch children")?;
    let mut init = Init {
        control: UnixStream::from(control),
        setup,
        engine: engine::Engine::new(!setup.golden, setup.gvisor),
        work: Vec::new(),
        second,
    };
    init.tell(init.engine.state());
    loop {
        let mut fds = vec![
            PollFd::new(init.control.as_fd(), PollFlags::POLLIN),
            PollFd::new(children.as_fd(), PollFlags::POLLIN),
        ];
        let first_use = init.engine.first_use();
        let at_second = 2 + usize::from(first_use.is_some());
        fds.extend(first_use.map(|socket| PollFd::new(socket, PollFlags::POLLIN)));
        fds.extend(init.second.control().map(|socket| PollFd::new(socket, PollFlags::POLLIN)));
        let timeout = init.engine.next_look().map_or(PollTimeout::NONE, timeout);
        match poll(&mut fds, timeout) {
            Err(Errno::EINTR) => continue,
            other => other.doing("wait for work")?,
        };
        let happened = |at: usize| fds.get(at).and_then(PollFd::revents).is_some_and(|events| !events.is_empty());
        let (has_work, has_child, is_used) = (happened(0), happened(1), at_second == 3 && happened(2));
        let second_speaks = happened(at_second);
        drop(fds);
        if second_speaks {
            init.second.hear();
        }
        if is_used {
            init.wake_engine();
        }
        if has_child {
            while let Ok(Some(_)) = children.read_signal() {}
            init.reap();
        }
        if has_work {
            init.take_work()?;
        }
        if init.engine.look() {
            init.tell(ENGINE_STARTING);
        }
    }
}

fn timeout(left: Duration) -> PollTimeout {
    PollTimeout::try_from(left.as_millis().min(60_000) + 1).unwrap_or(PollTimeout::MAX)
}

struct Init<'a> {
    control: UnixStream,
    setup: &'a Setup,
    engine: engine::Engine,
    work: Vec<Pid>,
    second: second::Second,
}

impl Init<'_> {
    fn tell(&self, state: u8) {
        // When the outer side is gone, so is this one in a moment.
        let _sent = nix::unistd::write(&self.control, &[state]);
    }

    fn wake_engine(&mut self) {
        if let Some(state) = self.engine.wake() {
            self.tell(state);
        }
    }

    /// Collect every child that has ended: work, the engine, and orphans of the learner's.
    fn reap(&mut self) {
        loop {
            let (pid, well) = match waitpid(None, Some(WaitPidFlag::WNOHANG)) {
                Ok(WaitStatus::Exited(pid, code)) => (pid, code == 0),
                Ok(WaitStatus::Signaled(pid, _, _)) => (pid, false),
                Ok(WaitStatus::StillAlive) | Err(_) => return,
                Ok(_) => continue,
            };
            self.work.retain(|one| *one != pid);
            self.second.ended(pid, well);
            if let Some(state) = self.engine.ended(pid) {
                self.tell(state);
            }
        }
    }

    /// One message of the outer side. Work is a socket, for a process of its own to read a request from.
    fn take_work(&mut self) -> Result<(), Fault> {
        use std::os::fd::AsRawFd as _;
        let mut byte = [0];
        let (length, socket) = wire::receive_fd(self.control.as_raw_fd(), &mut byte).doing("hear the outer side")?;
        if length == 0 {
            return Err(Fault::Peer("the outer side is gone".to_owned()));
        }
        if byte[0] == RESTART_ENGINE {
            let state = self.engine.restart();
            self.tell(state);
            return Ok(());
        }
        if byte[0] == WAKE_ENGINE {
            self.wake_engine();
            return Ok(());
        }
        let Some(socket) = socket.map(UnixStream::from) else { return Ok(()) };
        match byte[0] {
            WORK => {}
            WORK_OF_SECOND => {
                self.second.pass_on(&socket);
                return Ok(());
            }
            ADD_HOST => {
                self.second.make(self.setup, socket);
                return Ok(());
            }
            // Of a newer outer side: there is none.
            _ => return Ok(()),
        }
        if self.work.len() >= MOST_WORK {
            return Ok(());
        }
        // SAFETY: this process has one thread.
        match unsafe { fork() } {
            // The learner has used up all processes; who asked hears it from the closed socket.
            Err(_) => Ok(()),
            Ok(ForkResult::Parent { child }) => {
                self.work.push(child);
                Ok(())
            }
            Ok(ForkResult::Child) => {
                self.second.close_origin();
                let unblocked = SigSet::all();
                let outcome = unblocked.thread_unblock().doing("unblock signals").and_then(|()| ops::serve(socket));
                if let Err(fault) = outcome {
                    eprintln!("supervisor: work: {}", fault.chain());
                }
                std::process::exit(0);
            }
        }
    }
}
