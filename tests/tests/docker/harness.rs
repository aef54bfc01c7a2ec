//! An engine, prepared once, and sandboxes that end with their test.

use std::{
    ops::Deref,
    process::Command,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use sandbox::{
    DockerEngine, Engine, EngineRequest, EngineState, ImageSource, Limits, Program, Ran, Sandbox, SandboxConfig,
    Sandboxes, prepare,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    sync::OnceCell,
};

static PREPARED: OnceCell<()> = OnceCell::const_new();

/// Where the engine is: what `DOCKER_HOST` says, else the usual socket.
fn address() -> String {
    std::env::var("DOCKER_HOST").unwrap_or_else(|_| "unix:///var/run/docker.sock".to_owned())
}

/// `curl` on the engine's socket, for what a test asks past the code under test.
pub(crate) fn curl() -> Command {
    let mut curl = Command::new("curl");
    curl.args(["-sf", "--unix-socket", address().trim_start_matches("unix://")]);
    curl
}

/// The engine at the address, prepared; `None` when there is none, which CI does not forgive.
pub(crate) async fn engine() -> Option<Arc<DockerEngine>> {
    let address = address();
    let images = match std::env::var("DRYDOCK_IMAGES").as_deref() {
        Ok("packages") => ImageSource::Packages,
        Ok("registry") => ImageSource::Registry,
        _ => ImageSource::Auto,
    };
    let engine = match DockerEngine::new(&address, images) {
        Ok(engine) => Arc::new(engine),
        Err(error) => return skip(&error),
    };
    if let Err(error) = engine.info().await {
        return skip(&error);
    }
    let config = SandboxConfig { images, ..SandboxConfig::default() };
    let report = |progress: prepare::Progress| {
        if progress.detail.is_none() {
            eprintln!("prepare: {}", progress.step);
        }
    };
    PREPARED.get_or_init(async || prepare::prepare(&engine, &config, &report).await.unwrap()).await;
    Some(engine)
}

fn skip(why: &dyn std::error::Error) -> Option<Arc<DockerEngine>> {
    assert!(std::env::var("CI").as_deref() != Ok("true"), "CI must have an engine: {why}");
    eprintln!("skipped: no engine ({why})");
    None
}

/// A deployment of this test's own.
pub(crate) fn deployment(engine: Arc<dyn Engine>, config: SandboxConfig) -> Sandboxes {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let name = format!("test-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    Sandboxes::new(engine, config, name)
}

pub(crate) fn now() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()).unwrap()
}

/// A sandbox that ends with the test.
pub(crate) struct Guarded {
    sandbox: Sandbox,
}

impl Deref for Guarded {
    type Target = Sandbox;

    fn deref(&self) -> &Sandbox {
        &self.sandbox
    }
}

impl From<Sandbox> for Guarded {
    fn from(sandbox: Sandbox) -> Self {
        Self { sandbox }
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        // The test's own runtime may be about to end.
        let id = self.sandbox.id().to_string();
        let removed =
            curl().args(["-X", "DELETE"]).arg(format!("http://engine/containers/{id}?force=true&v=true")).status();
        drop(removed);
    }
}

/// A sandbox with the usual limits, its engine not waited for.
pub(crate) async fn sandbox() -> Option<Guarded> {
    sandbox_with(SandboxConfig::default()).await
}

pub(crate) async fn sandbox_with(config: SandboxConfig) -> Option<Guarded> {
    let engine = engine().await?;
    let made = deployment(engine, config).create("lease", now() + 600).await.unwrap();
    Some(made.into())
}

/// The same with its engine running.
pub(crate) async fn ready() -> Option<Guarded> {
    let sandbox = sandbox().await?;
    assert_eq!(sandbox.wait_for_engine(Duration::from_secs(60)).await.unwrap(), EngineState::Ready);
    Some(sandbox)
}

/// Run a script as the learner's root.
pub(crate) async fn sh(sandbox: &Sandbox, script: &str) -> Ran {
    sandbox.run(Program::shell(script).timeout(Duration::from_secs(120))).await.unwrap()
}

/// Run a script that must succeed; its stdout.
pub(crate) async fn sh_ok(sandbox: &Sandbox, script: &str) -> String {
    let ran = sh(sandbox, script).await;
    assert_eq!(ran.exit_code, 0, "{script}\n{}\n{}", ran.stdout, ran.stderr);
    ran.stdout
}

/// A document of the sandbox's engine.
pub(crate) async fn ask(sandbox: &Sandbox, path: &str) -> serde_json::Value {
    let answer = sandbox.engine_request(EngineRequest::get(path), Limits::default()).await.unwrap();
    assert!(answer.status.is_success(), "{path}: {} {:?}", answer.status, answer.body);
    serde_json::from_slice(&answer.body).unwrap()
}

/// An image of two stages; it says `made`.
pub(crate) const TWO_STAGES: &str = "FROM debian:13 AS build\nRUN echo made > /made\nFROM busybox\nCOPY --from=build /made /made\nUSER 1000\nCMD [\"cat\", \"/made\"]\n";

/// A published port is told, and its web server answers the server's dial.
pub(crate) async fn answers_on(sandbox: &Sandbox, port: u16) {
    assert!(sandbox.ports().await.unwrap().iter().any(|it| it.port == port && !it.loopback));
    let mut stream = sandbox.dial(None, port).await.unwrap();
    stream.write_all(b"GET / HTTP/1.0\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}
