//! The link to the inner init: hands it one end of a socket for each piece of work, and hears of the engine.

use std::{os::fd::AsFd as _, os::unix::net::UnixStream};

use protocol::EngineState;
use tokio::{io::unix::AsyncFd, sync::watch};

use crate::{
    fault::{Doing as _, Fault},
    wire,
};

/// Our end of the control socket.
pub(super) struct InnerLink {
    socket: UnixStream,
}

/// Where work is done, and which.
#[derive(Clone, Copy)]
pub(super) enum Work {
    /// A request, on the first host.
    OfFirst,
    /// A request, on the second host.
    OfSecond,
    /// To make the second host.
    AddHost,
}

/// What the inner init tells, one byte each.
fn engine_state(byte: u8) -> EngineState {
    match byte {
        crate::inner::ENGINE_READY => EngineState::Ready,
        crate::inner::ENGINE_STOPPED => EngineState::Stopped,
        crate::inner::ENGINE_ASLEEP => EngineState::Asleep,
        _ => EngineState::Starting,
    }
}

impl InnerLink {
    pub(super) fn new(socket: UnixStream) -> Self {
        Self { socket }
    }

    /// A socket whose other end a new process of the inner side has: one that reads a request from it, on the first or
    /// the second host, or one that sets the second host up and answers.
    pub(super) fn open(&self, what: Work) -> Result<UnixStream, Fault> {
        let byte = match what {
            Work::OfFirst => crate::inner::WORK,
            Work::OfSecond => crate::inner::WORK_OF_SECOND,
            Work::AddHost => crate::inner::ADD_HOST,
        };
        let (ours, theirs) = UnixStream::pair().doing("make a pair of sockets")?;
        wire::send_fd(self.socket.as_fd(), &[byte], theirs.as_fd()).doing("hand work to the inner init")?;
        ours.set_nonblocking(true).doing("set a socket up")?;
        Ok(ours)
    }

    /// Let the inner init start the engine if it has not been used yet.
    pub(super) fn wake_engine(&self) -> Result<(), Fault> {
        nix::unistd::write(&self.socket, &[crate::inner::WAKE_ENGINE]).doing("wake the engine")?;
        Ok(())
    }

    /// Let the inner init stop the engine, which it then starts again; it tells so at once.
    pub(super) fn restart_engine(&self) -> Result<(), Fault> {
        nix::unistd::write(&self.socket, &[crate::inner::RESTART_ENGINE]).doing("ask for another engine")?;
        Ok(())
    }

    /// Follow the engine's state until the inner init ends.
    pub(super) async fn follow(&self, state: &watch::Sender<EngineState>) -> Result<(), Fault> {
        let socket = self.socket.try_clone().doing("share the inner socket")?;
        socket.set_nonblocking(true).doing("set a socket up")?;
        // SAFETY: the value owns its descriptor and keeps it open as long as it is registered.
        let socket = unsafe { AsyncFd::register(socket) }.doing("watch the inner init")?;
        loop {
            let mut guard = socket.readable().await.doing("watch the inner init")?;
            let mut byte = [0];
            match guard.try_io(|socket| std::io::Read::read(&mut socket.get_ref(), &mut byte)) {
                Ok(Ok(0)) => return Err(Fault::InnerEnded),
                Ok(Ok(_)) => drop(state.send_replace(engine_state(byte[0]))),
                Ok(Err(error)) => return Err(error).doing("hear the inner init"),
                Err(_would_block) => {}
            }
        }
    }
}
