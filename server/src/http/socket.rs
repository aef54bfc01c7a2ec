//! One web socket for a sandbox: its terminals, and word of changed files.
//! Invariant: what is in flight to a slow browser is bounded; the shell waits for it, and other terminals do not.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{
    body::Bytes,
    extract::{
        Path, State as Shared,
        ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade},
    },
    http::StatusCode,
    response::Response,
};
use domain::id::LeaseId;
use futures::{SinkExt as _, StreamExt as _};
use sandbox::{Sandbox, SandboxError, Terminal, TerminalEvent, TerminalInput};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::{
    sync::{Notify, OwnedSemaphorePermit, broadcast, mpsc, watch},
    task::JoinSet,
};

use super::{audience::Seat, error::Error, who::Learner};
use crate::state::State;

/// The longest message that a browser may send: a paste.
const LONGEST: usize = 1024 * 1024;
/// Bytes of one terminal that a browser may leave unacknowledged.
const WINDOW: u64 = 512 * 1024;
/// What is typed goes on in parts of this size, so that little of it lies where it is not counted.
const PART: usize = 16 * 1024;
/// How often a browser is asked whether it is there, which also keeps proxies from giving the connection up.
const BEAT: Duration = Duration::from_secs(25);
/// A browser that says nothing for so long, or takes nothing, is gone; one that was only away comes back by itself.
const SILENCE: Duration = Duration::from_secs(150);
/// The most characters of what could not be understood that are told.
const TOLD: usize = 200;
/// Terminals of a sandbox are numbered below this, as its supervisor has them.
const TERMINALS: u8 = 8;
/// Questions of one browser that may be open at a time; each waits for the sandbox.
const MOST_OPEN: usize = 32;
/// Close code that says: the lease has ended, do not come back.
const ENDED: u16 = 4000;

/// What a browser asks for.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Ask {
    Open { terminal: u8, cols: u16, rows: u16 },
    Attach { terminal: u8, from: u64 },
    Resize { terminal: u8, cols: u16, rows: u16 },
    Close { terminal: u8 },
    Ack { terminal: u8, offset: u64 },
    List,
}

impl Ask {
    fn terminal(&self) -> Option<u8> {
        match self {
            Self::Open { terminal, .. }
            | Self::Attach { terminal, .. }
            | Self::Resize { terminal, .. }
            | Self::Close { terminal }
            | Self::Ack { terminal, .. } => Some(*terminal),
            Self::List => None,
        }
    }
}

/// `GET /api/leases/{id}/socket`
pub(super) async fn socket(
    Shared(state): Shared<State>,
    Learner(learner): Learner,
    Path(id): Path<LeaseId>,
    upgrade: WebSocketUpgrade,
) -> Result<Response, Error> {
    let row = state.leases.of(&learner, &id).await?;
    let sandbox = state.leases.sandbox(&row)?;
    let seat = state.audiences.join(&sandbox).ok_or_else(|| {
        let (detail, next) = ("Too many windows follow this sandbox.", "Close some of them.");
        Error::new(StatusCode::TOO_MANY_REQUESTS, "too_many", detail, next)
    })?;
    let upgrade = upgrade.max_message_size(LONGEST).max_frame_size(LONGEST);
    Ok(upgrade.on_upgrade(move |socket| serve(state, id, sandbox, seat, socket)))
}

/// How far a browser has taken a terminal's output. Offsets of the whole output.
#[derive(Default)]
struct Taken {
    sent: AtomicU64,
    acknowledged: AtomicU64,
    moved: Notify,
}

impl Taken {
    /// Output goes on from here, wherever the browser wanted it from.
    fn begin(&self, offset: u64) {
        self.sent.store(offset, Ordering::SeqCst);
        self.acknowledged.store(offset, Ordering::SeqCst);
    }

    /// What was never sent cannot be acknowledged, and what was is acknowledged for good.
    fn acknowledge(&self, offset: u64) {
        let offset = offset.min(self.sent.load(Ordering::SeqCst));
        self.acknowledged.fetch_max(offset, Ordering::SeqCst);
        self.moved.notify_waiters();
    }

    async fn wait(&self) {
        loop {
            let moved = self.moved.notified();
            let open = self.sent.load(Ordering::SeqCst).saturating_sub(self.acknowledged.load(Ordering::SeqCst));
            if open < WINDOW {
                return;
            }
            moved.await;
        }
    }
}

/// Bytes on their way to a terminal, and the room that they take until they are there.
struct Typed {
    bytes: Bytes,
    _room: OwnedSemaphorePermit,
}

struct Attached {
    input: mpsc::UnboundedSender<Typed>,
    /// Columns and rows: of many the last counts, and it never waits behind keys here.
    size: watch::Sender<Option<(u16, u16)>>,
    taken: Arc<Taken>,
    task: tokio::task::AbortHandle,
}

struct Session {
    sandbox: Sandbox,
    seat: Seat,
    out: mpsc::Sender<Message>,
    attached: HashMap<u8, Attached>,
    tasks: JoinSet<()>,
}

async fn serve(state: State, id: LeaseId, sandbox: Sandbox, seat: Seat, socket: WebSocket) {
    let (mut to_browser, mut from_browser) = socket.split();
    let (out, mut outgoing) = mpsc::channel::<Message>(32);
    let changes = seat.changes();
    let mut session = Session { sandbox, seat, out: out.clone(), attached: HashMap::new(), tasks: JoinSet::new() };
    session.tasks.spawn(tell_of_files(changes, out.clone()));
    let stopping = state.stopping.clone();
    session.tasks.spawn(tell_of_lease(state.clone(), id.clone(), out.clone()));
    session.list().await;
    let mut beat = tokio::time::interval(BEAT);
    let mut heard = Instant::now();
    loop {
        let message = tokio::select! {
            message = outgoing.recv() => {
                let Some(message) = message else { break };
                message
            }
            message = from_browser.next() => {
                let Some(Ok(message)) = message else { break };
                heard = Instant::now();
                // Answers go through a channel that this loop empties: never wait for room in it here.
                match message {
                    Message::Text(text) => session.ask(text.as_str()),
                    Message::Binary(bytes) => {
                        state.leases.touch(&id);
                        session.input(&bytes);
                    }
                    Message::Close(_) => break,
                    Message::Ping(_) | Message::Pong(_) => {}
                }
                continue;
            }
            _ = beat.tick() => {
                if heard.elapsed() > SILENCE {
                    break;
                }
                Message::Ping(Bytes::new())
            }
            Some(_) = session.tasks.join_next() => continue,
            () = stopping.cancelled() => break,
        };
        let last = matches!(message, Message::Close(_));
        let sent = tokio::select! {
            sent = tokio::time::timeout(SILENCE, to_browser.send(message)) => matches!(sent, Ok(Ok(()))),
            () = stopping.cancelled() => false,
        };
        if last || !sent {
            break;
        }
    }
}

fn text(document: &Value) -> Message {
    Message::Text(document.to_string().into())
}

fn refusal(error: &SandboxError) -> Value {
    json!({"type": "error", "error": "refused", "detail": format!("The sandbox refused: {error}.")})
}

impl Session {
    async fn list(&self) {
        let _gone = self.out.send(list(&self.sandbox).await).await;
    }

    fn complain(&self, error: &str, detail: &str) {
        // A browser that floods us need not hear of each.
        let _full = self.out.try_send(text(&json!({"type": "error", "error": error, "detail": detail})));
    }

    fn ask(&mut self, message: &str) {
        let ask: Ask = match serde_json::from_str(message) {
            Ok(ask) => ask,
            Err(error) => {
                // It repeats what was sent, at any length.
                let error: String = error.to_string().chars().take(TOLD).collect();
                let detail = format!("A message could not be understood: {error}.");
                self.complain("invalid", &detail);
                return;
            }
        };
        if ask.terminal().is_some_and(|terminal| terminal >= TERMINALS) {
            let detail = format!("A sandbox has at most {TERMINALS} terminals.");
            self.complain("refused", &detail);
            return;
        }
        if !matches!(ask, Ask::Ack { .. } | Ask::Resize { .. }) && self.tasks.len() >= MOST_OPEN {
            let detail = "Too much is being asked at a time.";
            self.complain("busy", detail);
            return;
        }
        match ask {
            Ask::Ack { terminal, offset } => {
                if let Some(attached) = self.attached.get(&terminal) {
                    attached.taken.acknowledge(offset);
                }
            }
            Ask::Resize { terminal, cols, rows } => {
                if let Some(attached) = self.attached.get(&terminal) {
                    attached.size.send_replace(Some((cols, rows)));
                }
            }
            Ask::Attach { terminal, from } => self.attach(terminal, from),
            Ask::Open { terminal, cols, rows } => self.answer(move |sandbox| async move {
                match opened(&sandbox, terminal, cols, rows).await {
                    Ok(from) => text(&json!({"type": "opened", "terminal": terminal, "from": from})),
                    Err(error) => text(&refusal(&error)),
                }
            }),
            Ask::Close { terminal } => {
                if let Some(attached) = self.attached.remove(&terminal) {
                    attached.task.abort();
                }
                self.answer(move |sandbox| async move {
                    match sandbox.close_terminal(terminal).await {
                        Ok(()) => list(&sandbox).await,
                        Err(error) => text(&refusal(&error)),
                    }
                });
            }
            Ask::List => self.answer(|sandbox| async move { list(&sandbox).await }),
        }
    }

    /// Do something in a task of its own and send what it gives.
    fn answer<F: Future<Output = Message> + Send + 'static>(&mut self, work: impl FnOnce(Sandbox) -> F) {
        let (work, out) = (work(self.sandbox.clone()), self.out.clone());
        self.tasks.spawn(async move {
            let _gone = out.send(work.await).await;
        });
    }

    fn attach(&mut self, terminal: u8, from: u64) {
        if let Some(before) = self.attached.remove(&terminal) {
            before.task.abort();
        }
        let taken = Arc::new(Taken::default());
        let (input, keys) = mpsc::unbounded_channel();
        let (size, sizes) = watch::channel(None);
        let (sandbox, out, state) = (self.sandbox.clone(), self.out.clone(), Arc::clone(&taken));
        let task = self.tasks.spawn(async move {
            match sandbox.attach(terminal, from).await {
                Ok(joined) => follow(terminal, joined, keys, sizes, &out, &state).await,
                Err(error) => {
                    let _gone = out.send(text(&refusal(&error))).await;
                }
            }
        });
        self.attached.insert(terminal, Attached { input, size, taken, task });
    }

    fn input(&mut self, bytes: &Bytes) {
        let Some((&terminal, keys)) = bytes.split_first() else { return };
        let Some(attached) = self.attached.get(&terminal) else { return };
        match self.seat.room(keys.len()) {
            Some(room) => {
                let _ended = attached.input.send(Typed { bytes: bytes.slice_ref(keys), _room: room });
            }
            None => {
                let detail = "The terminal does not take input at the moment; some of it was dropped.";
                self.complain("busy", detail);
            }
        }
    }
}

/// Open a terminal; where the output of its shell begins.
async fn opened(sandbox: &Sandbox, terminal: u8, cols: u16, rows: u16) -> Result<u64, SandboxError> {
    sandbox.open_terminal(terminal, cols, rows).await?;
    let terminals = sandbox.terminals().await?;
    // It may have ended already; nothing comes then, from wherever.
    Ok(terminals.iter().find(|one| one.terminal == terminal).map_or(0, |one| one.first))
}

async fn list(sandbox: &Sandbox) -> Message {
    match sandbox.terminals().await {
        Ok(terminals) => {
            let terminals: Vec<Value> = terminals
                .iter()
                .map(|one| {
                    json!({"terminal": one.terminal, "cols": one.cols, "rows": one.rows,
                           "first_offset": one.first, "start_offset": one.start, "end_offset": one.end})
                })
                .collect();
            text(&json!({"type": "terminals", "terminals": terminals}))
        }
        Err(error) => text(&refusal(&error)),
    }
}

/// Pass a terminal's output on as fast as the browser takes it, and its keys and sizes back.
async fn follow(
    terminal: u8,
    mut joined: Terminal,
    mut keys: mpsc::UnboundedReceiver<Typed>,
    mut sizes: watch::Receiver<Option<(u16, u16)>>,
    out: &mpsc::Sender<Message>,
    taken: &Taken,
) {
    let input = joined.input.clone();
    let pass_keys = async {
        loop {
            // A shell that has ended takes nothing; its last output is still on its way.
            tokio::select! {
                biased;
                Ok(()) = sizes.changed() => {
                    let size = *sizes.borrow_and_update();
                    if let Some((cols, rows)) = size {
                        let _ended = input.send(TerminalInput::Resize { cols, rows }).await;
                    }
                }
                Some(typed) = keys.recv() => {
                    for from in (0..typed.bytes.len()).step_by(PART) {
                        let part = typed.bytes.slice(from..typed.bytes.len().min(from + PART));
                        let _ended = input.send(TerminalInput::Bytes(part)).await;
                    }
                }
                else => return,
            }
        }
    };
    let pass_output = async {
        let mut began = false;
        while let Some(event) = joined.events.recv().await {
            let (message, last) = match event {
                TerminalEvent::Output { offset, bytes } => {
                    if !std::mem::replace(&mut began, true) {
                        taken.begin(offset);
                    }
                    taken.wait().await;
                    taken.sent.store(offset + bytes.len() as u64, Ordering::SeqCst);
                    (Message::Binary([&[terminal], &offset.to_be_bytes()[..], &bytes].concat().into()), false)
                }
                TerminalEvent::Gap { from, to } => {
                    began = true;
                    taken.begin(to);
                    (text(&json!({"type": "gap", "terminal": terminal, "from": from, "to": to})), false)
                }
                TerminalEvent::Exited { code } => {
                    (text(&json!({"type": "exited", "terminal": terminal, "code": code})), true)
                }
                TerminalEvent::Lost => {
                    (text(&json!({"type": "error", "error": "gone", "detail": "The sandbox is gone."})), true)
                }
            };
            if out.send(message).await.is_err() || last {
                return;
            }
        }
    };
    tokio::select! {
        () = pass_output => {}
        () = pass_keys => {}
    }
}

async fn tell_of_files(mut changes: broadcast::Receiver<Vec<String>>, out: mpsc::Sender<Message>) {
    loop {
        let paths = match changes.recv().await {
            Ok(paths) => paths,
            Err(broadcast::error::RecvError::Lagged(_)) => Vec::new(),
            Err(broadcast::error::RecvError::Closed) => return,
        };
        if out.send(text(&json!({"type": "files", "paths": paths}))).await.is_err() {
            return;
        }
    }
}

/// Word of the engine's state; the socket is closed when the lease ends.
async fn tell_of_lease(state: State, id: LeaseId, out: mpsc::Sender<Message>) {
    let mut events = state.leases.events(&id);
    loop {
        let Ok(Some(row)) = state.store.lease(&id).await else { return };
        if row.state == domain::lease::LeaseState::Ended {
            let close = CloseFrame { code: ENDED, reason: "the sandbox has ended".into() };
            let _gone = out.send(Message::Close(Some(close))).await;
            return;
        }
        if let Ok(view) = state.leases.view(&row).await
            && out.send(text(&json!({"type": "engine", "state": view.engine}))).await.is_err()
        {
            return;
        }
        loop {
            match events.recv().await {
                Ok(crate::lease::Event::Changed) => break,
                Ok(_) => {}
                Err(tokio::sync::broadcast::error::RecvError::Lagged(_)) => break,
                Err(tokio::sync::broadcast::error::RecvError::Closed) => return,
            }
        }
    }
}
