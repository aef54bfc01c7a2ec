//! Terminals. An attached one survives a broken connection: it attaches again at the byte where it was.
//! Invariant: no byte of output comes twice, and none is left out without a [`TerminalEvent::Gap`].

use std::time::Duration;

use bytes::Bytes;
use protocol::{Refusal, Request, input, output};
use tokio::{
    io::{AsyncWriteExt as _, ReadHalf, WriteHalf},
    sync::{OwnedSemaphorePermit, mpsc},
    task::AbortHandle,
};

use crate::{Sandbox, SandboxError, error::EngineError, link::Stream};

/// Pauses before attaching again, while the sandbox cannot be reached.
const PAUSES: [Duration; 6] = [
    Duration::ZERO,
    Duration::from_millis(100),
    Duration::from_millis(400),
    Duration::from_secs(1),
    Duration::from_secs(3),
    Duration::from_secs(5),
];
/// The most that one frame of input carries.
const INPUT: usize = 32 * 1024;

/// What a terminal puts out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TerminalEvent {
    /// Bytes from this offset on.
    Output {
        /// Absolute offset of the first.
        offset: u64,
        /// The bytes.
        bytes: Bytes,
    },
    /// These bytes are no longer kept; or, when `to` comes before `from`, there have never been so many.
    Gap {
        /// First lost offset.
        from: u64,
        /// First offset that follows.
        to: u64,
    },
    /// The shell has ended; nothing follows. The code is -1 when it is not known.
    Exited {
        /// Its exit code; 128 + signal.
        code: i32,
    },
    /// The sandbox is gone or cannot be reached; nothing follows.
    Lost,
}

/// What goes to a terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TerminalInput {
    /// Keys.
    Bytes(Bytes),
    /// New size, each 1–500.
    Resize {
        /// Columns.
        cols: u16,
        /// Rows.
        rows: u16,
    },
}

/// An attached terminal. Dropping it detaches; the shell goes on.
pub struct Terminal {
    /// What it puts out. A reader that does not take it slows the shell down.
    pub events: mpsc::Receiver<TerminalEvent>,
    /// What goes to it.
    pub input: mpsc::Sender<TerminalInput>,
    task: AbortHandle,
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Sandbox {
    /// Open a terminal with a login shell in the working folder; fine when it is open already.
    ///
    /// # Errors
    /// When the number is over 7, or the sandbox is gone.
    pub async fn open_terminal(&self, terminal: u8, cols: u16, rows: u16) -> Result<(), SandboxError> {
        self.done("open a terminal", &Request::OpenTerminal { terminal, cols, rows }).await
    }

    /// End a terminal's shell.
    ///
    /// # Errors
    /// When there is none, or the sandbox is gone.
    pub async fn close_terminal(&self, terminal: u8) -> Result<(), SandboxError> {
        self.done("close a terminal", &Request::CloseTerminal { terminal }).await
    }

    /// Take part in a terminal, from an absolute offset on (0: as far back as is kept).
    ///
    /// # Errors
    /// When there is none, or the sandbox is gone; [`SandboxError::Slow`] when too many take part in its terminals.
    pub async fn attach(&self, terminal: u8, from: u64) -> Result<Terminal, SandboxError> {
        let place = self.place_to_watch().await?;
        let stream = self.attach_stream(terminal, from).await?;
        // Both hold little: what is not taken stays with the supervisor, where it is bounded.
        let (to_caller, events) = mpsc::channel(8);
        let (input, from_caller) = mpsc::channel(8);
        let attached =
            Attached { sandbox: self.clone(), terminal, offset: from, to_caller, from_caller, _place: place };
        let task = tokio::spawn(attached.serve(stream)).abort_handle();
        Ok(Terminal { events, input, task })
    }

    async fn attach_stream(&self, terminal: u8, from: u64) -> Result<Stream, SandboxError> {
        self.begin("attach a terminal", &Request::Attach { terminal, from }).await
    }
}

struct Attached {
    sandbox: Sandbox,
    terminal: u8,
    /// Next byte wanted.
    offset: u64,
    to_caller: mpsc::Sender<TerminalEvent>,
    from_caller: mpsc::Receiver<TerminalInput>,
    /// Kept from one stream to the next.
    _place: OwnedSemaphorePermit,
}

impl Attached {
    async fn serve(mut self, mut stream: Stream) {
        loop {
            let (mut from, mut to) = tokio::io::split(stream);
            let ended = tokio::select! {
                ended = put_out(&mut from, &mut self.offset, &self.to_caller) => ended,
                () = take_in(&mut to, &mut self.from_caller) => true,
                () = self.to_caller.closed() => true,
            };
            if ended {
                return;
            }
            match self.again().await {
                Ok(next) => stream = next,
                Err(last) => {
                    // Nobody may be listening any more.
                    let _sent = self.to_caller.send(last).await;
                    return;
                }
            }
        }
    }

    /// A new stream, or the last event.
    async fn again(&self) -> Result<Stream, TerminalEvent> {
        for pause in PAUSES {
            tokio::time::sleep(pause).await;
            match self.sandbox.attach_stream(self.terminal, self.offset).await {
                Ok(stream) => return Ok(stream),
                Err(SandboxError::Engine(EngineError::Gone)) => break,
                // The shell ended meanwhile: there is no such terminal any more.
                Err(SandboxError::Refused { refusal: Refusal::NotFound, .. }) => {
                    return Err(TerminalEvent::Exited { code: -1 });
                }
                Err(_) => {}
            }
        }
        Err(TerminalEvent::Lost)
    }
}

/// Pass output on. True at its end, false when the connection broke.
async fn put_out(from: &mut ReadHalf<Stream>, offset: &mut u64, to: &mpsc::Sender<TerminalEvent>) -> bool {
    loop {
        let Ok(frame) = read_frame(from).await else { return false };
        let Some(event) = decode(&frame) else { return false };
        let next = match &event {
            TerminalEvent::Output { offset, bytes } => Some(offset + bytes.len() as u64),
            TerminalEvent::Gap { to, .. } => Some(*to),
            TerminalEvent::Exited { .. } | TerminalEvent::Lost => None,
        };
        if to.send(event).await.is_err() {
            return true;
        }
        // Only now: this future may be dropped while it waits for the caller.
        match next {
            Some(next) => *offset = next,
            None => return true,
        }
    }
}

/// Pass input on. It never ends by itself: output may still be wanted when no more input comes, and what a shell put out
/// last is still to be read when it takes nothing any more. Reading tells when the connection has broken.
async fn take_in(to: &mut WriteHalf<Stream>, from: &mut mpsc::Receiver<TerminalInput>) {
    while let Some(input) = from.recv().await {
        let sent = match input {
            TerminalInput::Bytes(bytes) => send_keys(to, &bytes).await,
            TerminalInput::Resize { cols, rows } => {
                let [c1, c2] = cols.to_be_bytes();
                let [r1, r2] = rows.to_be_bytes();
                send(to, &[input::RESIZE, c1, c2, r1, r2]).await
            }
        };
        if sent.is_err() {
            break;
        }
    }
    std::future::pending().await
}

async fn send_keys(to: &mut WriteHalf<Stream>, bytes: &[u8]) -> std::io::Result<()> {
    for part in bytes.chunks(INPUT) {
        send(to, &[&[input::DATA], part].concat()).await?;
    }
    Ok(())
}

async fn send(to: &mut WriteHalf<Stream>, bytes: &[u8]) -> std::io::Result<()> {
    let frame = protocol::encode(bytes).map_err(std::io::Error::other)?;
    to.write_all(&frame).await?;
    to.flush().await
}

async fn read_frame(from: &mut ReadHalf<Stream>) -> std::io::Result<Vec<u8>> {
    use tokio::io::AsyncReadExt as _;
    let mut head = [0; 4];
    from.read_exact(&mut head).await?;
    let mut bytes = vec![0; protocol::decode_length(head).map_err(std::io::Error::other)?];
    from.read_exact(&mut bytes).await?;
    Ok(bytes)
}

fn decode(frame: &[u8]) -> Option<TerminalEvent> {
    let (kind, rest) = frame.split_first()?;
    let number = |at: usize| Some(u64::from_be_bytes(rest.get(at..at + 8)?.try_into().ok()?));
    match *kind {
        output::DATA => Some(TerminalEvent::Output { offset: number(0)?, bytes: Bytes::copy_from_slice(&rest[8..]) }),
        output::GAP => Some(TerminalEvent::Gap { from: number(0)?, to: number(8)? }),
        output::EXITED => Some(TerminalEvent::Exited { code: i32::from_be_bytes(rest.try_into().ok()?) }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_become_events() {
        let bytes = Bytes::from_static(b"ab");
        assert_eq!(decode(b"\x00\0\0\0\0\0\0\x01\x02ab"), Some(TerminalEvent::Output { offset: 258, bytes }));
        assert_eq!(decode(b"\x01\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\x09"), Some(TerminalEvent::Gap { from: 1, to: 9 }));
        assert_eq!(decode(b"\x02\xff\xff\xff\xff"), Some(TerminalEvent::Exited { code: -1 }));
    }

    #[test]
    fn broken_frames_become_nothing() {
        for frame in [&b""[..], b"\x00\0\0", b"\x01\0\0\0\0\0\0\0\x01", b"\x02\0", b"\x07"] {
            assert_eq!(decode(frame), None);
        }
    }
}
