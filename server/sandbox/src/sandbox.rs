//! A running sandbox: its terminals, files, programs and engine, over a connection that is made anew when it breaks.

use std::{sync::Arc, time::Duration};

use futures::AsyncReadExt as _;
use protocol::{Answer, FileMeta, Hello, ListeningPort, NewFile, Ran, Request, Stats, TerminalInfo};
use tokio::sync::Mutex;
use tokio_util::compat::FuturesAsyncReadCompatExt as _;

use crate::{
    connection::Connection,
    engine::{Bytes, Engine, Spec},
    error::SandboxError,
    terminal::Attached,
};

/// A handle to a running sandbox; clones share its connection.
#[derive(Debug, Clone)]
pub struct Sandbox {
    engine: Arc<dyn Engine>,
    container: Arc<str>,
    connection: Arc<Mutex<Option<Connection>>>,
}

/// A program to run in a sandbox as the learner's root.
#[derive(Debug, Clone)]
pub struct Program {
    /// Program and arguments.
    pub argv: Vec<String>,
    /// Environment added to the usual one.
    pub env: Vec<(String, String)>,
    /// Folder.
    pub cwd: String,
    /// Its time limit; it is ended with its process group then.
    pub limit: Duration,
    /// Bytes kept of each of stdout and stderr.
    pub output_limit: usize,
}

impl Program {
    /// A line for `sh -c` in the working folder, one minute, 64 KiB of output.
    #[must_use]
    pub fn shell(line: &str) -> Self {
        Self {
            argv: vec!["/bin/sh".to_owned(), "-c".to_owned(), line.to_owned()],
            env: Vec::new(),
            cwd: protocol::WORK_DIR.to_owned(),
            limit: Duration::from_secs(60),
            output_limit: 64 * 1024,
        }
    }
}

/// A file to write into a sandbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PutFile {
    /// Absolute path.
    pub path: String,
    /// Permission bits.
    pub mode: u32,
    /// Its bytes.
    pub content: Vec<u8>,
    /// Modification time, Unix seconds; now when absent.
    pub modified: Option<i64>,
}

impl Sandbox {
    /// Create and start a sandbox and wait for its supervisor. Removes what it made when a step fails.
    ///
    /// # Errors
    /// As the engine's operations.
    pub async fn start(engine: Arc<dyn Engine>, spec: &Spec) -> Result<Self, SandboxError> {
        let container = engine.create(spec).await?;
        let sandbox = Self::adopt(Arc::clone(&engine), &container);
        match sandbox.begin().await {
            Ok(()) => Ok(sandbox),
            Err(error) => {
                if let Err(second) = engine.remove(&container).await {
                    tracing::warn!(container, error = %second, "could not remove a sandbox that did not start");
                }
                Err(error)
            }
        }
    }

    /// Start the container of a new sandbox and wait for its supervisor.
    ///
    /// # Errors
    /// As the engine's operations.
    pub async fn begin(&self) -> Result<(), SandboxError> {
        self.engine.start(&self.container).await?;
        let limit = Duration::from_secs(30);
        let hello = async {
            loop {
                match self.hello().await {
                    // Its socket is not there yet.
                    Err(SandboxError::Broken { .. }) => tokio::time::sleep(Duration::from_millis(15)).await,
                    other => return other,
                }
            }
        };
        let hello = tokio::time::timeout(limit, hello)
            .await
            .map_err(|_| SandboxError::TooSlow { doing: "the start of a sandbox", limit })??;
        if hello.version != protocol::VERSION || !hello.unprivileged {
            return Err(SandboxError::broken("the supervisor is not the one that belongs to this server"));
        }
        Ok(())
    }

    /// A handle to a sandbox that runs already.
    #[must_use]
    pub fn adopt(engine: Arc<dyn Engine>, container: &str) -> Self {
        Self { engine, container: container.into(), connection: Arc::default() }
    }

    /// The outer engine's id of its container.
    #[must_use]
    pub fn container(&self) -> &str {
        &self.container
    }

    /// End and remove it with all it holds.
    ///
    /// # Errors
    /// When the engine fails.
    pub async fn remove(&self) -> Result<(), SandboxError> {
        self.connection.lock().await.take();
        self.engine.remove(&self.container).await
    }

    async fn connection(&self, not: Option<&Connection>) -> Result<Connection, SandboxError> {
        let mut held = self.connection.lock().await;
        match (&*held, not) {
            (Some(connection), None) => Ok(connection.clone()),
            _ => {
                let stream = self.engine.connect(&self.container).await?;
                Ok(held.insert(Connection::over(stream)).clone())
            }
        }
    }

    async fn ask_within(
        &self,
        request: &Request,
        body: &[u8],
        limit: Option<Duration>,
    ) -> Result<(Answer, yamux::Stream), SandboxError> {
        let ask = async |connection: &Connection| match limit {
            Some(limit) => connection.open_within(request, body, limit).await,
            None => connection.open(request, body).await,
        };
        let connection = self.connection(None).await?;
        match ask(&connection).await {
            Err(error) if error.is_broken() => ask(&self.connection(Some(&connection)).await?).await,
            other => other,
        }
    }

    async fn ask(&self, request: &Request) -> Result<(Answer, yamux::Stream), SandboxError> {
        self.ask_within(request, &[], None).await
    }

    async fn done(&self, request: &Request) -> Result<(), SandboxError> {
        match self.ask(request).await?.0 {
            Answer::Done => Ok(()),
            other => Err(unexpected(&other)),
        }
    }

    /// Who is there.
    ///
    /// # Errors
    /// When the sandbox does not answer.
    pub async fn hello(&self) -> Result<Hello, SandboxError> {
        match self.ask(&Request::Hello).await?.0 {
            Answer::Hello(hello) => Ok(hello),
            other => Err(unexpected(&other)),
        }
    }

    /// Move the deadline, Unix seconds.
    ///
    /// # Errors
    /// When the sandbox does not answer.
    pub async fn extend(&self, deadline: i64) -> Result<(), SandboxError> {
        self.done(&Request::Extend { deadline }).await
    }

    /// Use of the sandbox.
    ///
    /// # Errors
    /// When the sandbox does not answer.
    pub async fn stats(&self) -> Result<Stats, SandboxError> {
        match self.ask(&Request::Stats).await?.0 {
            Answer::Stats(stats) => Ok(stats),
            other => Err(unexpected(&other)),
        }
    }

    /// Open terminals.
    ///
    /// # Errors
    /// When the sandbox does not answer.
    pub async fn terminals(&self) -> Result<Vec<TerminalInfo>, SandboxError> {
        match self.ask(&Request::Terminals).await?.0 {
            Answer::Terminals { terminals } => Ok(terminals),
            other => Err(unexpected(&other)),
        }
    }

    /// Open a terminal; one that is open already is fine.
    ///
    /// # Errors
    /// When there are too many, or the sandbox does not answer.
    pub async fn open_terminal(&self, terminal: u8, cols: u16, rows: u16) -> Result<(), SandboxError> {
        self.done(&Request::OpenTerminal { terminal, cols, rows }).await
    }

    /// End a terminal and what runs in it.
    ///
    /// # Errors
    /// When there is no such terminal.
    pub async fn close_terminal(&self, terminal: u8) -> Result<(), SandboxError> {
        self.done(&Request::CloseTerminal { terminal }).await
    }

    /// Take part in a terminal from an offset on.
    ///
    /// # Errors
    /// When there is no such terminal.
    pub async fn attach(&self, terminal: u8, from: u64) -> Result<Attached, SandboxError> {
        let (_, stream) = self.ask(&Request::Attach { terminal, from }).await?;
        Ok(Attached::new(stream))
    }

    /// Run a program and wait for it.
    ///
    /// # Errors
    /// When it cannot be started.
    pub async fn run(&self, program: &Program) -> Result<Ran, SandboxError> {
        let request = Request::Run {
            argv: program.argv.clone(),
            env: program.env.clone(),
            cwd: program.cwd.clone(),
            timeout_ms: u64::try_from(program.limit.as_millis()).unwrap_or(u64::MAX),
            output_limit: program.output_limit,
        };
        // The supervisor ends it at its limit; this is for a supervisor that does not.
        let patience = program.limit + Duration::from_secs(15);
        match self.ask_within(&request, &[], Some(patience)).await?.0 {
            Answer::Ran(ran) => Ok(ran),
            other => Err(unexpected(&other)),
        }
    }

    /// Write files.
    ///
    /// # Errors
    /// When one cannot be written; those before it are.
    pub async fn put_files(&self, files: &[PutFile]) -> Result<(), SandboxError> {
        if files.is_empty() {
            return Ok(());
        }
        let news = files.iter().map(|file| NewFile {
            path: file.path.clone(),
            mode: file.mode,
            size: file.content.len() as u64,
            modified: file.modified,
        });
        let body: Vec<u8> = files.iter().flat_map(|file| file.content.iter().copied()).collect();
        match self.ask_within(&Request::PutFiles { files: news.collect() }, &body, None).await?.0 {
            Answer::Done => Ok(()),
            other => Err(unexpected(&other)),
        }
    }

    /// Read a file, at most `limit` bytes of it; the facts tell its size.
    ///
    /// # Errors
    /// When it is not there or not a regular file.
    pub async fn get_file(&self, path: &str, limit: u64) -> Result<(FileMeta, Vec<u8>), SandboxError> {
        let (answer, mut stream) = self.ask(&Request::GetFile { path: path.to_owned(), limit }).await?;
        let Answer::File(facts) = answer else { return Err(unexpected(&answer)) };
        let too_large = SandboxError::TooLarge { what: "a file", limit: usize::try_from(limit).unwrap_or(usize::MAX) };
        let size = usize::try_from(facts.size.min(limit)).map_err(|_| too_large)?;
        let mut content = vec![0; size];
        stream.read_exact(&mut content).await.map_err(SandboxError::broken)?;
        Ok((facts, content))
    }

    /// Facts about a path; `None` when nothing is there.
    ///
    /// # Errors
    /// When the sandbox does not answer.
    pub async fn stat(&self, path: &str) -> Result<Option<FileMeta>, SandboxError> {
        match self.ask(&Request::Stat { path: path.to_owned() }).await {
            Ok((Answer::File(facts), _)) => Ok(Some(facts)),
            Ok((other, _)) => Err(unexpected(&other)),
            Err(SandboxError::Refused { refusal: protocol::Refusal::NotFound, .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Everything below a folder, at most `limit` files; true when there is more.
    ///
    /// # Errors
    /// When the folder is not there.
    pub async fn tree(&self, path: &str, limit: usize) -> Result<(Vec<FileMeta>, bool), SandboxError> {
        match self.ask(&Request::Tree { path: path.to_owned(), limit }).await?.0 {
            Answer::Tree { files, truncated } => Ok((files, truncated)),
            other => Err(unexpected(&other)),
        }
    }

    /// Remove a file, or a folder with all in it.
    ///
    /// # Errors
    /// When it is not there.
    pub async fn remove_file(&self, path: &str) -> Result<(), SandboxError> {
        self.done(&Request::Remove { path: path.to_owned() }).await
    }

    /// Changes below a folder as lists of relative paths.
    ///
    /// # Errors
    /// When the sandbox does not answer.
    pub async fn watch(&self, path: &str) -> Result<Changes, SandboxError> {
        let (_, stream) = self.ask(&Request::Watch { path: path.to_owned() }).await?;
        Ok(Changes { stream })
    }

    /// TCP ports listened on.
    ///
    /// # Errors
    /// When the sandbox does not answer.
    pub async fn ports(&self) -> Result<Vec<ListeningPort>, SandboxError> {
        match self.ask(&Request::Ports).await?.0 {
            Answer::Ports { ports } => Ok(ports),
            other => Err(unexpected(&other)),
        }
    }

    /// Start the sandbox's engine anew.
    ///
    /// # Errors
    /// When the sandbox does not answer.
    pub async fn restart_engine(&self) -> Result<(), SandboxError> {
        self.done(&Request::RestartEngine).await
    }

    /// A byte stream to the sandbox's engine.
    ///
    /// # Errors
    /// When the engine takes no connections.
    pub async fn dial_engine(&self) -> Result<Box<dyn Bytes>, SandboxError> {
        let (_, stream) = self.ask(&Request::DialEngine).await?;
        Ok(Box::new(stream.compat()))
    }

    /// A byte stream to a TCP port of the sandbox (loopback), or of an address of its own networks.
    ///
    /// # Errors
    /// When nothing takes connections there.
    pub async fn dial_tcp(&self, host: Option<&str>, port: u16) -> Result<Box<dyn Bytes>, SandboxError> {
        let (_, stream) = self.ask(&Request::DialTcp { host: host.map(str::to_owned), port }).await?;
        Ok(Box::new(stream.compat()))
    }
}

/// Changes below a folder.
pub struct Changes {
    stream: yamux::Stream,
}

impl Changes {
    /// The next changed paths, relative to the folder.
    ///
    /// # Errors
    /// When the connection breaks.
    pub async fn next(&mut self) -> Result<Vec<String>, SandboxError> {
        let frame = crate::connection::read_frame(&mut self.stream).await?;
        protocol::from_frame(&frame).map_err(SandboxError::broken)
    }
}

fn unexpected(answer: &Answer) -> SandboxError {
    SandboxError::Broken { reason: format!("an answer that does not belong to the request: {answer:?}") }
}
