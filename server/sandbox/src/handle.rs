//! The handle to one sandbox. It connects when needed, and again after the connection broke.
//! Invariant: it never talks to another sandbox than the one it first met (same boot id).

use std::{
    io,
    sync::{Arc, OnceLock},
    time::Duration,
};

use domain::check::Host;
use protocol::{Answer, EngineState, Hello, ListeningPort, Request, Stats, TerminalInfo};
use serde::Serialize;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    sync::{Mutex, OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use crate::{
    engine::{ContainerId, Engine},
    error::{EngineError, SandboxError},
    limits,
    link::{Link, Stream},
};

/// Connections to ports of one sandbox at a time; more wait. Previews, of which a page may ask for any number, must not
/// take the places of terminals and checks.
const DIALS: usize = 64;
/// Who takes part in the terminals of one sandbox at a time; more wait. Beside connections to ports they leave room for
/// everything else on the connection.
const WATCHERS: usize = 104;

/// The handle to one sandbox; clones share the connection.
#[derive(Clone)]
pub struct Sandbox {
    shared: Arc<Shared>,
    host: Host,
}

struct Shared {
    engine: Arc<dyn Engine>,
    id: ContainerId,
    boot: OnceLock<String>,
    link: Mutex<Option<Arc<Link>>>,
    dials: Arc<Semaphore>,
    watchers: Arc<Semaphore>,
}

impl Sandbox {
    pub(crate) fn new(engine: Arc<dyn Engine>, id: ContainerId) -> Self {
        let (boot, link) = (OnceLock::new(), Mutex::new(None));
        let (dials, watchers) = (Arc::new(Semaphore::new(DIALS)), Arc::new(Semaphore::new(WATCHERS)));
        Self { shared: Arc::new(Shared { engine, id, boot, link, dials, watchers }), host: Host::First }
    }

    /// Set up its second host, unless there is one.
    ///
    /// # Errors
    /// [`SandboxError::Refused`] where its kernel or its state does not allow it; when it is gone or does not answer.
    pub async fn add_host(&self) -> Result<(), SandboxError> {
        let doing = "set up a second host";
        match self.exchange(doing, &Request::AddHost, &[], limits::ANOTHER_HOST).await? {
            (Answer::Done, _) => Ok(()),
            (other, _) => Err(unexpected(doing, other)),
        }
    }

    /// The handle to one of its hosts: programs, files, ports and the engine's API are then that host's. Terminals and
    /// what concerns the sandbox as a whole are asked of the first one, and refused by the second.
    #[must_use]
    pub fn on(&self, host: Host) -> Self {
        Self { shared: Arc::clone(&self.shared), host }
    }

    /// The engine's id of its container.
    #[must_use]
    pub fn id(&self) -> &ContainerId {
        &self.shared.id
    }

    /// Who is there: deadline and state of the engine.
    ///
    /// # Errors
    /// When the sandbox is gone or does not answer.
    pub async fn hello(&self) -> Result<Hello, SandboxError> {
        match self.ask("tell who it is", &Request::Hello).await? {
            Answer::Hello(hello) => Ok(hello),
            other => Err(unexpected("tell who it is", other)),
        }
    }

    /// Start the sandbox's engine if it sleeps, and wait until it answers; its state after that, or after the time given (at most 60 s).
    ///
    /// # Errors
    /// When the sandbox is gone or does not answer.
    pub async fn wait_for_engine(&self, patience: Duration) -> Result<EngineState, SandboxError> {
        let patience = patience.min(Duration::from_secs(60));
        let timeout_ms = u64::try_from(patience.as_millis()).unwrap_or(u64::MAX);
        let request = Request::WaitForEngine { timeout_ms };
        let doing = "wait for its engine";
        let (answer, _) = self.exchange(doing, &request, &[], patience + limits::ANSWER).await?;
        match answer {
            Answer::Hello(hello) => Ok(hello.engine),
            other => Err(unexpected(doing, other)),
        }
    }

    /// Start the sandbox's engine if it sleeps, without waiting for it.
    ///
    /// # Errors
    /// When the sandbox is gone or does not answer.
    pub async fn wake_engine(&self) -> Result<(), SandboxError> {
        self.done("wake its engine", &Request::WakeEngine).await
    }

    /// Follow where its engine stands, from now on.
    ///
    /// # Errors
    /// When the sandbox is gone or does not answer.
    pub async fn follow_engine(&self) -> Result<EngineStates, SandboxError> {
        Ok(EngineStates { stream: self.begin(FOLLOW, &Request::FollowEngine).await? })
    }

    /// Move the deadline; Unix seconds.
    ///
    /// # Errors
    /// When the sandbox is gone or does not answer.
    pub async fn extend(&self, deadline: i64) -> Result<(), SandboxError> {
        self.done("move its deadline", &Request::Extend { deadline }).await
    }

    /// End it and remove its container. Fine when it is gone already.
    ///
    /// # Errors
    /// When the host's engine fails.
    pub async fn end(&self) -> Result<(), SandboxError> {
        Ok(self.shared.engine.remove(&self.shared.id).await?)
    }

    /// Use of memory, disk and processes.
    ///
    /// # Errors
    /// When the sandbox is gone or does not answer.
    pub async fn stats(&self) -> Result<Stats, SandboxError> {
        match self.ask("count", &Request::Stats).await? {
            Answer::Stats(stats) => Ok(stats),
            other => Err(unexpected("count", other)),
        }
    }

    /// TCP ports listened on.
    ///
    /// # Errors
    /// When the sandbox is gone or does not answer.
    pub async fn ports(&self) -> Result<Vec<ListeningPort>, SandboxError> {
        match self.ask("list its ports", &Request::Ports).await? {
            Answer::Ports { ports } => Ok(ports),
            other => Err(unexpected("list its ports", other)),
        }
    }

    /// Stop the sandbox's engine and start it again; see [`Sandbox::wait_for_engine`].
    ///
    /// # Errors
    /// When the sandbox is gone or does not answer.
    pub async fn restart_engine(&self) -> Result<(), SandboxError> {
        self.done("restart its engine", &Request::RestartEngine).await
    }

    /// A byte stream to a TCP port: of the sandbox's loopback, or of a container's IPv4 address.
    ///
    /// # Errors
    /// [`SandboxError::Refused`] with [`protocol::Refusal::NotFound`] when nothing listens there;
    /// [`SandboxError::Slow`] when too many connections are open.
    pub async fn dial(
        &self,
        host: Option<std::net::Ipv4Addr>,
        port: u16,
    ) -> Result<impl crate::ByteStream + use<>, SandboxError> {
        let request = Request::DialTcp { host: host.map(|host| host.to_string()), port };
        let doing = "reach a port";
        let place = place_among(&self.shared.dials, doing).await?;
        let mut stream = self.begin(doing, &request).await?;
        stream.hold(place);
        Ok(stream)
    }

    /// A place among those who take part in its terminals.
    pub(crate) async fn place_to_watch(&self) -> Result<OwnedSemaphorePermit, SandboxError> {
        place_among(&self.shared.watchers, "attach a terminal").await
    }

    pub(crate) async fn dial_engine(&self) -> Result<Stream, SandboxError> {
        self.begin("reach its engine", &Request::DialEngine).await
    }

    /// Open terminals.
    ///
    /// # Errors
    /// When the sandbox is gone or does not answer.
    pub async fn terminals(&self) -> Result<Vec<TerminalInfo>, SandboxError> {
        match self.ask("list its terminals", &Request::Terminals).await? {
            Answer::Terminals { terminals } => Ok(terminals),
            other => Err(unexpected("list its terminals", other)),
        }
    }

    /// Ask something that is answered with [`Answer::Done`].
    pub(crate) async fn done(&self, doing: &'static str, request: &Request) -> Result<(), SandboxError> {
        match self.ask(doing, request).await? {
            Answer::Done => Ok(()),
            other => Err(unexpected(doing, other)),
        }
    }

    /// Ask something that takes no effort.
    pub(crate) async fn ask(&self, doing: &'static str, request: &Request) -> Result<Answer, SandboxError> {
        self.exchange(doing, request, &[], limits::ANSWER).await.map(|(answer, _)| answer)
    }

    /// Ask for a stream.
    pub(crate) async fn begin(&self, doing: &'static str, request: &Request) -> Result<Stream, SandboxError> {
        match self.exchange(doing, request, &[], limits::ANSWER).await? {
            (Answer::Done, stream) => Ok(stream),
            (other, _) => Err(unexpected(doing, other)),
        }
    }

    /// Ask, send what follows the request, and read the answer. A connection that broke before anything of this
    /// request was answered is made anew once, unless the request must not be repeated.
    pub(crate) async fn exchange(
        &self,
        doing: &'static str,
        request: &Request,
        body: &[&[u8]],
        patience: Duration,
    ) -> Result<(Answer, Stream), SandboxError> {
        let frame = match self.host {
            Host::First => frame(doing, request)?,
            Host::Second => frame(doing, &Request::OfSecond { request: Box::new(request.clone()) })?,
        };
        let work = async {
            match self.exchange_once(doing, &frame, body).await {
                Err(SandboxError::Lost { .. }) if !matches!(request, Request::Run { .. }) => {
                    self.exchange_once(doing, &frame, body).await
                }
                other => other,
            }
        };
        timeout(patience, work).await.map_err(|_| SandboxError::Slow { doing })?
    }

    async fn exchange_once(
        &self,
        doing: &'static str,
        frame: &[u8],
        body: &[&[u8]],
    ) -> Result<(Answer, Stream), SandboxError> {
        let lost = |source| SandboxError::Lost { doing, source };
        let link = self.link().await?;
        let mut stream = match link.open().await {
            Ok(stream) => stream,
            // It broke before it was asked.
            Err(_) => self.link().await?.open().await.map_err(lost)?,
        };
        if let Err(source) = send(&mut stream, frame, body).await {
            // It may have refused before it had taken all: that tells more than the broken stream.
            return match timeout(limits::LAST_WORDS, read_answer(doing, &mut stream)).await {
                Ok(Ok(refusal @ Answer::Refused { .. })) => Ok((refusal, stream)),
                _ => Err(lost(source)),
            };
        }
        let answer = read_answer(doing, &mut stream).await?;
        Ok((answer, stream))
    }

    /// The living connection, or a new one.
    async fn link(&self) -> Result<Arc<Link>, SandboxError> {
        let mut current = self.shared.link.lock().await;
        if let Some(link) = current.as_ref().filter(|link| link.is_alive()) {
            return Ok(Arc::clone(link));
        }
        let connected = timeout(limits::ANSWER, self.shared.engine.connect(&self.shared.id)).await;
        let link = Link::new(connected.map_err(|_| EngineError::Slow("reach the sandbox"))??);
        self.meet(&link).await?;
        let link = Arc::new(link);
        *current = Some(Arc::clone(&link));
        Ok(link)
    }

    /// Make sure of who is at the other end.
    async fn meet(&self, link: &Link) -> Result<(), SandboxError> {
        let doing = "greet";
        let lost = |source| SandboxError::Lost { doing, source };
        let meeting = async {
            let mut stream = link.open().await.map_err(lost)?;
            send(&mut stream, &frame(doing, &Request::Hello)?, &[]).await.map_err(lost)?;
            read_answer(doing, &mut stream).await
        };
        let answer = timeout(limits::ANSWER, meeting).await.map_err(|_| SandboxError::Slow { doing })?;
        let hello = match answer? {
            Answer::Hello(hello) => hello,
            other => return Err(unexpected(doing, other)),
        };
        if hello.version != protocol::VERSION {
            return Err(SandboxError::Version(hello.version));
        }
        if !hello.unprivileged {
            return Err(SandboxError::Unsafe);
        }
        // A container that was stopped and started again holds nothing of the learner's any more.
        if *self.shared.boot.get_or_init(|| hello.boot.clone()) != hello.boot {
            return Err(EngineError::Gone.into());
        }
        Ok(())
    }
}

/// One of a bounded number of places, waited for no longer than for an answer.
async fn place_among(places: &Arc<Semaphore>, doing: &'static str) -> Result<OwnedSemaphorePermit, SandboxError> {
    match timeout(limits::ANSWER, Arc::clone(places).acquire_owned()).await {
        Ok(Ok(place)) => Ok(place),
        // They are never closed, so the time is over.
        _ => Err(SandboxError::Slow { doing }),
    }
}

const FOLLOW: &str = "tell of its engine";

/// Where a sandbox's engine stands, and what becomes of it.
pub struct EngineStates {
    stream: Stream,
}

impl EngineStates {
    /// The present state, then each change; of changes in quick succession the last.
    ///
    /// # Errors
    /// When the sandbox or the connection to it is gone.
    pub async fn next(&mut self) -> Result<EngineState, SandboxError> {
        let bytes = read_frame(FOLLOW, &mut self.stream).await?;
        protocol::from_frame(&bytes).map_err(|error| SandboxError::Unexpected { doing: FOLLOW, source: Some(error) })
    }
}

fn frame<T: Serialize>(doing: &'static str, document: &T) -> Result<Vec<u8>, SandboxError> {
    protocol::to_frame(document).map_err(|error| SandboxError::Unexpected { doing, source: Some(error) })
}

async fn send(stream: &mut Stream, frame: &[u8], body: &[&[u8]]) -> io::Result<()> {
    stream.write_all(frame).await?;
    for part in body {
        stream.write_all(part).await?;
    }
    stream.flush().await
}

/// Read one frame, bounded.
pub(crate) async fn read_frame(doing: &'static str, stream: &mut Stream) -> Result<Vec<u8>, SandboxError> {
    let lost = |source| SandboxError::Lost { doing, source };
    let mut head = [0; 4];
    stream.read_exact(&mut head).await.map_err(lost)?;
    let length =
        protocol::decode_length(head).map_err(|error| SandboxError::Unexpected { doing, source: Some(error) })?;
    let mut bytes = vec![0; length];
    stream.read_exact(&mut bytes).await.map_err(lost)?;
    Ok(bytes)
}

async fn read_answer(doing: &'static str, stream: &mut Stream) -> Result<Answer, SandboxError> {
    let bytes = read_frame(doing, stream).await?;
    protocol::from_frame(&bytes).map_err(|error| SandboxError::Unexpected { doing, source: Some(error) })
}

/// The error for an answer that is a refusal, or none to this request.
pub(crate) fn unexpected(doing: &'static str, answer: Answer) -> SandboxError {
    match answer {
        Answer::Refused { refusal, message } => SandboxError::Refused { refusal, message },
        _ => SandboxError::Unexpected { doing, source: None },
    }
}
