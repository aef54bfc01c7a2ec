//! The way to the real engine with faults on it: a Unix socket in front of the engine's own, which refuses, loses, cuts
//! or garbles chosen answers, hangs, or is away. What is not chosen passes unchanged.

use std::{
    os::unix::net::UnixListener,
    path::PathBuf,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use tempfile::TempDir;
use tokio::sync::{oneshot, watch};

mod connection;
mod request;

pub use request::Operation;

/// Nothing that a test waits for takes longer.
const PATIENCE: Duration = Duration::from_secs(90);

/// What happens to one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The engine is not asked; this status and message are the answer.
    Refuse(u16, &'static str),
    /// The engine is not asked; the connection closes.
    Close,
    /// The engine does it; its answer is lost and the connection closes.
    Lose,
    /// The engine does it; half of its answer comes.
    Half,
    /// The engine is not asked; what comes is no HTTP.
    Garbage,
    /// The engine is not asked; what comes is a success with JSON of another shape.
    Nonsense,
    /// The engine is not asked, and nothing ever comes.
    Hang,
    /// The engine does it, and nothing ever comes.
    HangAfter,
    /// Both directions pass until so many bytes went through; then the connection closes.
    CutAt(u64),
    /// Both directions pass until so many bytes went through; then nothing more moves.
    StallAt(u64),
}

/// How the engine as a whole is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// It answers.
    Up,
    /// Its socket is there, and every connection closes.
    Down,
    /// Connections are taken, and no byte moves.
    Frozen,
}

struct Rule {
    operation: Operation,
    skip: usize,
    fault: Fault,
}

/// What connections share.
struct Shared {
    upstream: PathBuf,
    rules: Mutex<Vec<Rule>>,
    hits: watch::Sender<usize>,
    mode: watch::Sender<Mode>,
}

impl Shared {
    /// The fault that is due for a request, if any.
    fn due(&self, operation: Operation) -> Option<Fault> {
        let mut rules = self.rules.lock().unwrap();
        let at = rules.iter().position(|rule| rule.operation == operation)?;
        if rules[at].skip > 0 {
            rules[at].skip -= 1;
            return None;
        }
        Some(rules.remove(at).fault)
    }

    fn hit(&self) {
        self.hits.send_modify(|hits| *hits += 1);
    }
}

/// A faulty way to the engine that `DOCKER_HOST` names, or to the usual one. It ends when this is dropped.
pub struct FaultyWay {
    folder: TempDir,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl FaultyWay {
    /// A way without faults yet.
    #[must_use]
    pub fn open() -> Self {
        let upstream = std::env::var("DOCKER_HOST").unwrap_or_else(|_| "unix:///var/run/docker.sock".to_owned());
        let upstream = PathBuf::from(upstream.strip_prefix("unix://").expect("an engine on a Unix socket"));
        let folder = TempDir::new().unwrap();
        let (hits, mode) = (watch::channel(0).0, watch::channel(Mode::Up).0);
        let shared = Arc::new(Shared { upstream, rules: Mutex::default(), hits, mode });
        let mut way = Self { folder, shared, stop: None, thread: None };
        way.listen();
        way
    }

    fn socket(&self) -> PathBuf {
        self.folder.path().join("engine.sock")
    }

    /// Its address.
    #[must_use]
    pub fn address(&self) -> String {
        format!("unix://{}", self.socket().display())
    }

    fn listen(&mut self) {
        let listener = UnixListener::bind(self.socket()).unwrap();
        listener.set_nonblocking(true).unwrap();
        let (stop, stopped) = oneshot::channel();
        let shared = Arc::clone(&self.shared);
        // A thread of its own: tests block theirs while they run commands.
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                tokio::select! {
                    () = connection::serve(listener, shared) => {}
                    _ = stopped => {}
                }
            });
        });
        (self.stop, self.thread) = (Some(stop), Some(thread));
    }

    /// Let the `nth` such request from now on, from 0, go wrong; what comes before it passes.
    pub fn inject(&self, operation: Operation, nth: usize, fault: Fault) {
        self.shared.rules.lock().unwrap().push(Rule { operation, skip: nth, fault });
    }

    /// Forget the faults that have not come; their number.
    pub fn forget(&self) -> usize {
        std::mem::take(&mut *self.shared.rules.lock().unwrap()).len()
    }

    /// Faults that have come so far.
    #[must_use]
    pub fn hits(&self) -> usize {
        *self.shared.hits.borrow()
    }

    /// Wait until so many faults have come; false when that does not happen within `patience`.
    pub async fn until_hits(&self, hits: usize, patience: Duration) -> bool {
        let mut seen = self.shared.hits.subscribe();
        tokio::time::timeout(patience, seen.wait_for(|seen| *seen >= hits)).await.is_ok()
    }

    /// Change how the engine is; living connections notice.
    pub fn set(&self, mode: Mode) {
        self.shared.mode.send_replace(mode);
    }

    /// Take the socket itself away, and all connections with it, as when an engine is upgraded.
    pub fn remove(&mut self) {
        self.close();
        std::fs::remove_file(self.socket()).unwrap();
    }

    /// Bring the socket back.
    pub fn restore(&mut self) {
        self.listen();
    }

    fn close(&mut self) {
        drop(self.stop.take());
        let began = Instant::now();
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
        assert!(began.elapsed() < PATIENCE);
    }
}

impl Drop for FaultyWay {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ended = thread.join();
        }
    }
}
