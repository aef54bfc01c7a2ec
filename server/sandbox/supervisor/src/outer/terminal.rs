//! Terminals: the PTY's master, its ring, and who takes part. The shell itself runs on the inner side.
//! Invariant: output is read only as fast as the slowest reader takes it, within [`PATIENCE`]; the offsets of a number's
//! output never go back, whatever shells it has had, so that whoever comes back knows what was missed.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    os::fd::{AsRawFd as _, OwnedFd},
    rc::Rc,
    time::Duration,
};

use futures::{AsyncReadExt as _, AsyncWriteExt as _};
use protocol::{Answer, RING_BYTES, Refusal, Request, TerminalInfo, input, output};
use tokio::{io::unix::AsyncFd, net::UnixStream, sync::Notify, task::spawn_local};

use super::{
    control,
    inner_link::{InnerLink, Work},
    ring::Ring,
};
use crate::{
    fault::{Doing as _, Fault},
    wire,
};

/// Terminals per sandbox.
const MOST: u8 = 8;
/// A reader may lag this far behind before the shell has to wait for it.
const LAG: u64 = (RING_BYTES / 2) as u64;
/// So long the shell waits for a reader that does not read.
const PATIENCE: Duration = Duration::from_secs(10);
const CHUNK: usize = 16 * 1024;

/// The open terminals.
#[derive(Default)]
pub(super) struct Terminals {
    open: Rc<RefCell<BTreeMap<u8, Rc<Terminal>>>>,
    /// Where the output of the last shell of a number has ended.
    ends: Rc<RefCell<BTreeMap<u8, u64>>>,
}

/// One terminal.
pub(super) struct Terminal {
    number: u8,
    master: AsyncFd<OwnedFd>,
    ring: RefCell<Ring>,
    first: u64,
    size: Cell<(u16, u16)>,
    exited: Cell<Option<i32>>,
    /// Something was put out, or the shell ended.
    grew: Notify,
    /// A reader has taken something, or left.
    taken: Notify,
    readers: RefCell<BTreeMap<u64, u64>>,
    next_reader: Cell<u64>,
}

impl Terminals {
    pub(super) fn list(&self) -> Vec<TerminalInfo> {
        self.open.borrow().values().map(|terminal| terminal.info()).collect()
    }

    pub(super) fn get(&self, number: u8) -> Option<Rc<Terminal>> {
        self.open.borrow().get(&number).cloned()
    }

    /// Hang up; the shell and what it started in the foreground end.
    pub(super) fn close(&self, number: u8) -> Answer {
        match self.open.borrow_mut().remove(&number) {
            Some(terminal) => {
                terminal.end(129);
                self.ends.borrow_mut().insert(number, terminal.ring.borrow().end());
                Answer::Done
            }
            None => wire::refusal(Refusal::NotFound, "there is no such terminal"),
        }
    }

    pub(super) async fn open(&self, link: &InnerLink, number: u8, cols: u16, rows: u16) -> Answer {
        if number >= MOST || !(1..=500).contains(&cols) || !(1..=500).contains(&rows) {
            return wire::refusal(Refusal::Invalid, "terminals are 0 to 7, of 1 to 500 columns and rows");
        }
        if self.open.borrow().contains_key(&number) {
            return Answer::Done;
        }
        match self.start(link, number, cols, rows).await {
            Ok(answer) => answer,
            Err(fault) => wire::refusal(Refusal::System, fault.chain()),
        }
    }

    async fn start(&self, link: &InnerLink, number: u8, cols: u16, rows: u16) -> Result<Answer, Fault> {
        use tokio::io::AsyncWriteExt as _;
        let socket = link.open(Work::OfFirst)?;
        let mut socket = UnixStream::from_std(socket).doing("set a socket up")?;
        let request = Request::OpenTerminal { terminal: number, cols, rows };
        let frame = protocol::to_frame(&request).map_err(|error| Fault::Peer(error.to_string()))?;
        socket.write_all(&frame).await.doing("ask for a terminal")?;
        let (reply, master) = control::receive(&socket).await?;
        let Some(master) = master else {
            let body = reply.get(4..).unwrap_or_default();
            return protocol::from_frame(body).map_err(|error| Fault::Peer(error.to_string()));
        };
        set_nonblocking(&master)?;
        let first = self.ends.borrow().get(&number).copied().unwrap_or_default();
        let terminal = Rc::new(Terminal {
            number,
            // SAFETY: the value owns its descriptor and keeps it open as long as it is registered.
            master: unsafe { AsyncFd::register(master) }.doing("watch a terminal")?,
            ring: RefCell::new(Ring::new(RING_BYTES, first)),
            first,
            size: Cell::new((cols, rows)),
            exited: Cell::new(None),
            grew: Notify::new(),
            taken: Notify::new(),
            readers: RefCell::default(),
            next_reader: Cell::new(0),
        });
        // Two may have asked at once; the first stays.
        if self.open.borrow().contains_key(&number) {
            return Ok(Answer::Done);
        }
        self.open.borrow_mut().insert(number, Rc::clone(&terminal));
        let (open, ends) = (Rc::clone(&self.open), Rc::clone(&self.ends));
        spawn_local(async move {
            terminal.pump().await;
            // A closed terminal hangs up when its last holder lets go of it: do not hold it then.
            if terminal.exited.get().is_none() {
                let code = exit_code(&mut socket).await;
                terminal.end(code);
            }
            let mut open = open.borrow_mut();
            if open.get(&number).is_some_and(|current| Rc::ptr_eq(current, &terminal)) {
                open.remove(&number);
                ends.borrow_mut().insert(number, terminal.ring.borrow().end());
            }
        });
        Ok(Answer::Done)
    }
}

/// What the process that started the shell tells of its end.
async fn exit_code(socket: &mut UnixStream) -> i32 {
    use tokio::io::AsyncReadExt as _;
    let mut code = [0; 4];
    match tokio::time::timeout(PATIENCE, socket.read_exact(&mut code)).await {
        Ok(Ok(_)) => i32::from_be_bytes(code),
        // The shell has closed its terminal and lives on, or its parent was ended.
        _ => -1,
    }
}

impl Terminal {
    fn info(&self) -> TerminalInfo {
        let ring = self.ring.borrow();
        let (cols, rows) = self.size.get();
        TerminalInfo { terminal: self.number, cols, rows, first: self.first, start: ring.start(), end: ring.end() }
    }

    fn end(&self, code: i32) {
        if self.exited.get().is_none() {
            self.exited.set(Some(code));
        }
        self.grew.notify_waiters();
        self.taken.notify_waiters();
    }

    /// Read what the shell puts out until it ends or the terminal is closed.
    async fn pump(&self) {
        let mut buffer = vec![0; CHUNK];
        while self.exited.get().is_none() {
            self.wait_for_readers().await;
            let read = async {
                loop {
                    let Ok(mut guard) = self.master.readable().await else { return 0 };
                    match guard.try_io(|master| Ok(nix::unistd::read(master.get_ref(), &mut buffer)?)) {
                        Ok(Ok(length)) => return length,
                        // The last process of the terminal has closed it.
                        Ok(Err(_)) => return 0,
                        Err(_would_block) => {}
                    }
                }
            };
            let length = tokio::select! {
                length = read => length,
                () = self.closed() => 0,
            };
            // What comes after its end was closed is nobody's any more, and must not grow into the next one's offsets.
            if length == 0 || self.exited.get().is_some() {
                return;
            }
            self.ring.borrow_mut().push(&buffer[..length]);
            self.grew.notify_waiters();
        }
    }

    async fn closed(&self) {
        while self.exited.get().is_none() {
            self.grew.notified().await;
        }
    }

    /// Wait while a reader lags too far behind; one that takes nothing for long is no longer waited for.
    async fn wait_for_readers(&self) {
        loop {
            let taken = self.taken.notified();
            let end = self.ring.borrow().end();
            let slowest = self.readers.borrow().iter().map(|(id, at)| (*at, *id)).min();
            let Some((at, reader)) = slowest else { return };
            if end.saturating_sub(at) <= LAG || self.exited.get().is_some() {
                return;
            }
            if tokio::time::timeout(PATIENCE, taken).await.is_err() {
                self.readers.borrow_mut().remove(&reader);
            }
        }
    }

    /// Let a stream take part: output from an offset on, and its input. `typed` is called when something is typed.
    pub(super) async fn serve(self: Rc<Self>, stream: yamux::Stream, from: u64, typed: impl Fn()) -> Result<(), Fault> {
        let reader = self.next_reader.get();
        self.next_reader.set(reader + 1);
        let (mut incoming, mut outgoing) = stream.split();
        tokio::select! {
            _ended = self.put_out(&mut outgoing, from, reader) => {}
            _ended = self.take_in(&mut incoming, typed) => {}
        }
        self.readers.borrow_mut().remove(&reader);
        self.taken.notify_waiters();
        // The other side may be gone already.
        let _closed = outgoing.close().await;
        Ok(())
    }

    async fn put_out(
        &self,
        outgoing: &mut (impl futures::AsyncWrite + Unpin),
        from: u64,
        reader: u64,
    ) -> Result<(), Fault> {
        let mut at = from.min(self.ring.borrow().end());
        if at < from {
            // There have never been so many: who asks must know where they are.
            send(outgoing, &[&[output::GAP], &from.to_be_bytes()[..], &at.to_be_bytes()[..]]).await?;
        }
        self.readers.borrow_mut().insert(reader, at);
        loop {
            let grew = self.grew.notified();
            let (found, bytes) = self.ring.borrow().read(at, CHUNK);
            if found > at {
                send(outgoing, &[&[output::GAP], &at.to_be_bytes()[..], &found.to_be_bytes()[..]]).await?;
                // Once, also when nothing follows yet.
                at = found;
            }
            if !bytes.is_empty() {
                send(outgoing, &[&[output::DATA], &found.to_be_bytes()[..], &bytes]).await?;
                at = found + bytes.len() as u64;
                // Also one that was no longer waited for: it takes something again.
                self.readers.borrow_mut().insert(reader, at);
                self.taken.notify_waiters();
                continue;
            }
            if let Some(code) = self.exited.get() {
                return send(outgoing, &[&[output::EXITED], &code.to_be_bytes()[..]]).await;
            }
            grew.await;
        }
    }

    async fn take_in(&self, incoming: &mut (impl futures::AsyncRead + Unpin), typed: impl Fn()) -> Result<(), Fault> {
        loop {
            let frame = control::read_frame(incoming).await?;
            match frame.split_first() {
                Some((&input::DATA, bytes)) => {
                    // Whoever types will want the engine: it comes up while they do.
                    typed();
                    // A shell that has gone takes nothing; what it put out last is still to be told.
                    if let Err(fault) = self.write(bytes).await {
                        eprintln!("supervisor: {}", fault.chain());
                    }
                }
                Some((&input::RESIZE, &[c1, c2, r1, r2])) => {
                    self.resize(u16::from_be_bytes([c1, c2]), u16::from_be_bytes([r1, r2]))?;
                }
                _ => return Err(Fault::Peer("an input frame of no known kind".to_owned())),
            }
        }
    }

    async fn write(&self, mut bytes: &[u8]) -> Result<(), Fault> {
        while !bytes.is_empty() && self.exited.get().is_none() {
            let mut guard = self.master.writable().await.doing("write to a terminal")?;
            match guard.try_io(|master| Ok(nix::unistd::write(master.get_ref(), bytes)?)) {
                Ok(written) => bytes = &bytes[written.doing("write to a terminal")?..],
                Err(_would_block) => {}
            }
        }
        Ok(())
    }

    fn resize(&self, cols: u16, rows: u16) -> Result<(), Fault> {
        let (cols, rows) = (cols.clamp(1, 500), rows.clamp(1, 500));
        self.size.set((cols, rows));
        let size = libc::winsize { ws_row: rows, ws_col: cols, ws_xpixel: 0, ws_ypixel: 0 };
        // SAFETY: the descriptor is open and the size outlives the call.
        let outcome = unsafe { libc::ioctl(self.master.as_raw_fd(), libc::TIOCSWINSZ, &raw const size) };
        if outcome == 0 { Ok(()) } else { Err(std::io::Error::last_os_error()).doing("resize a terminal") }
    }
}

async fn send(to: &mut (impl futures::AsyncWrite + Unpin), parts: &[&[u8]]) -> Result<(), Fault> {
    let frame = protocol::encode(&parts.concat()).map_err(|error| Fault::Peer(error.to_string()))?;
    to.write_all(&frame).await.doing("write to a stream")?;
    to.flush().await.doing("write to a stream")
}

fn set_nonblocking(fd: &OwnedFd) -> Result<(), Fault> {
    use nix::fcntl::{FcntlArg, OFlag, fcntl};
    fcntl(fd, FcntlArg::F_SETFL(OFlag::O_NONBLOCK)).doing("set a terminal up")?;
    Ok(())
}
