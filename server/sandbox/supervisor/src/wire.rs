//! Frames and file descriptors over Unix sockets, blocking, for the inner side.

use std::{
    io::{IoSlice, IoSliceMut, Read, Write},
    os::{
        fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd},
        unix::net::UnixStream,
    },
};

use nix::sys::socket::{ControlMessage, ControlMessageOwned, MsgFlags, UnixAddr, recvmsg, sendmsg};
use protocol::{Answer, FrameError, Refusal};

use crate::fault::{Doing as _, Fault};

/// Read one frame.
pub(crate) fn read_frame(from: &mut impl Read) -> Result<Vec<u8>, Fault> {
    let mut head = [0; 4];
    from.read_exact(&mut head).doing("read a frame")?;
    let length = protocol::decode_length(head).map_err(|error| Fault::Peer(error.to_string()))?;
    let mut bytes = vec![0; length];
    from.read_exact(&mut bytes).doing("read a frame")?;
    Ok(bytes)
}

/// Write an answer.
pub(crate) fn answer(to: &mut impl Write, answer: &Answer) -> Result<(), Fault> {
    let frame = match protocol::to_frame(answer) {
        Err(FrameError::TooLong(_)) => protocol::to_frame(&refusal(Refusal::Limit, "the answer is too long")),
        other => other,
    };
    to.write_all(&frame.map_err(|error| Fault::Peer(error.to_string()))?).doing("answer")
}

/// The answer that tells of a fault.
pub(crate) fn refusal(refusal: Refusal, message: impl Into<String>) -> Answer {
    Answer::Refused { refusal, message: message.into() }
}

/// The answer for a failed system call.
pub(crate) fn refused(what: &str, error: &std::io::Error) -> Answer {
    let kind = match error.kind() {
        std::io::ErrorKind::NotFound => Refusal::NotFound,
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded | std::io::ErrorKind::OutOfMemory => {
            Refusal::Limit
        }
        _ => Refusal::System,
    };
    refusal(kind, format!("cannot {what}: {error}"))
}

/// Take what follows a request that is refused: who sends it reads the answer only then.
pub(crate) fn drain(from: &mut impl Read, bytes: u64) {
    // When it breaks off, nobody reads the answer either.
    let _drained = std::io::copy(&mut from.take(bytes), &mut std::io::sink());
}

/// Send bytes with a file descriptor.
pub(crate) fn send_fd(socket: BorrowedFd<'_>, bytes: &[u8], fd: BorrowedFd<'_>) -> std::io::Result<()> {
    let fds = [fd.as_raw_fd()];
    let control = [ControlMessage::ScmRights(&fds)];
    sendmsg::<UnixAddr>(socket.as_raw_fd(), &[IoSlice::new(bytes)], &control, MsgFlags::MSG_NOSIGNAL, None)?;
    Ok(())
}

/// Receive up to `bytes.len()` bytes and the file descriptor sent with them.
pub(crate) fn receive_fd(socket: RawFd, bytes: &mut [u8]) -> std::io::Result<(usize, Option<OwnedFd>)> {
    let mut space = nix::cmsg_space!([RawFd; 1]);
    let mut slices = [IoSliceMut::new(bytes)];
    let message = recvmsg::<UnixAddr>(socket, &mut slices, Some(&mut space), MsgFlags::MSG_CMSG_CLOEXEC)?;
    let mut received = None;
    for control in message.cmsgs()? {
        if let ControlMessageOwned::ScmRights(fds) = control {
            for fd in fds {
                // SAFETY: the kernel has just given this process the descriptor; nothing else owns it.
                received = Some(unsafe { OwnedFd::from_raw_fd(fd) });
            }
        }
    }
    Ok((message.bytes, received))
}

/// True when the other side of the socket is gone.
pub(crate) fn hung_up(socket: &UnixStream) -> bool {
    let mut watched = libc::pollfd { fd: socket.as_raw_fd(), events: libc::POLLRDHUP, revents: 0 };
    // SAFETY: one descriptor, which outlives the call.
    let found = unsafe { libc::poll(&raw mut watched, 1, 0) };
    found > 0 && watched.revents & (libc::POLLRDHUP | libc::POLLHUP | libc::POLLERR) != 0
}
