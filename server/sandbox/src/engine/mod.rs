//! The seam to the host's engine: the few operations that sandboxes take, and nothing more.

use std::fmt;

use async_trait::async_trait;
use domain::lease::IsolationLevel;
use futures::future::BoxFuture;
use protocol::Setup;
use tokio::io::{AsyncRead, AsyncWrite};

use crate::error::EngineError;

mod docker;
mod exec_stream;
mod faulty;
mod unix;

pub use docker::DockerEngine;
pub(crate) use docker::{status, status_of};
pub use faulty::{Fault, FaultyEngine, Operation};

/// A byte stream to a supervisor.
pub trait ByteStream: AsyncRead + AsyncWrite + Send + Unpin + 'static {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin + 'static> ByteStream for T {}

/// The engine's id of a container.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ContainerId(pub String);

impl fmt::Display for ContainerId {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(&self.0)
    }
}

/// What to create.
#[derive(Debug, Clone)]
pub struct NewContainer {
    /// Deployment it belongs to.
    pub deployment: String,
    /// Its name, which no other of the deployment has.
    pub name: String,
    /// What its supervisor is told.
    pub setup: Setup,
    /// Limits.
    pub config: crate::SandboxConfig,
}

/// A container of a deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its id.
    pub id: ContainerId,
    /// Its deployment.
    pub deployment: String,
    /// Its name.
    pub name: String,
    /// When it was to expire at creation, Unix seconds; extensions are known to its supervisor alone.
    pub expires: i64,
    /// It runs.
    pub running: bool,
    /// Its isolation level; `None` when this version knows none of that name.
    pub level: Option<IsolationLevel>,
}

/// The host's engine.
#[derive(Debug, Clone, PartialEq)]
pub struct EngineInfo {
    /// Its version.
    pub version: String,
    /// The host's kernel.
    pub kernel: String,
    /// Processors.
    pub cpus: u32,
    /// The host's memory, MiB.
    pub memory_mib: u64,
    /// 1 or 2.
    pub cgroup_version: u8,
    /// The host uses AppArmor.
    pub apparmor: bool,
    /// The host uses SELinux.
    pub selinux: bool,
    /// It runs as an ordinary user.
    pub rootless: bool,
    /// It enforces memory limits.
    pub limits_memory: bool,
    /// It enforces limits of processes.
    pub limits_pids: bool,
    /// It enforces limits of processor time.
    pub limits_cpu: bool,
    /// Folder that holds its images and volumes.
    pub root_dir: String,
    /// Its storage driver.
    pub storage_driver: String,
    /// What it calls its host's system, e.g. `Docker Desktop`.
    pub system: String,
    /// Names of its runtimes.
    pub runtimes: Vec<String>,
    /// It is Podman behind a socket that speaks as Docker does.
    pub podman: bool,
}

#[cfg(test)]
impl EngineInfo {
    /// An engine that lacks nothing.
    pub(crate) fn ordinary() -> Self {
        Self {
            version: "26.1".to_owned(),
            kernel: "6.18".to_owned(),
            cpus: 2,
            memory_mib: 8192,
            cgroup_version: 2,
            apparmor: false,
            selinux: false,
            rootless: false,
            limits_memory: true,
            limits_pids: true,
            limits_cpu: true,
            root_dir: "/".to_owned(),
            storage_driver: "overlay2".to_owned(),
            system: "Debian GNU/Linux 13 (trixie)".to_owned(),
            runtimes: vec!["io.containerd.runc.v2".to_owned(), "runc".to_owned()],
            podman: false,
        }
    }
}

/// Comes when a container has ended: the end of what it put out, at most 4 KiB. It is listened to from the start on, for
/// the engine removes a container together with its log as soon as it ends.
pub type LastWords = BoxFuture<'static, Result<String, EngineError>>;

/// What sandboxes take from the host's engine. Every method ends within its own time limit.
#[async_trait]
pub trait Engine: Send + Sync + 'static {
    /// What it is; fails when it does not answer.
    async fn info(&self) -> Result<EngineInfo, EngineError>;
    /// The same, asked once.
    async fn known(&self) -> Result<&EngineInfo, EngineError>;
    /// Whether it answers at all, within two seconds; fails when it does not.
    async fn answers(&self) -> Result<(), EngineError>;
    /// A word for what it makes sandboxes of, with these limits: another one when they would be others.
    fn recipe(&self, config: &crate::SandboxConfig) -> String;
    /// What was kept under a key; `None` when nothing was.
    async fn kept(&self, key: &str) -> Result<Option<String>, EngineError>;
    /// Keep a text of at most 16 KiB under a key, in place of what was kept there.
    async fn keep(&self, key: &str, text: &str) -> Result<(), EngineError>;
    /// Create a container, not started.
    async fn create(&self, new: &NewContainer) -> Result<ContainerId, EngineError>;
    /// Start it.
    async fn start(&self, id: &ContainerId) -> Result<LastWords, EngineError>;
    /// A byte stream to its supervisor.
    async fn connect(&self, id: &ContainerId) -> Result<Box<dyn ByteStream>, EngineError>;
    /// What it is; `None` when there is none.
    async fn inspect(&self, id: &ContainerId) -> Result<Option<Found>, EngineError>;
    /// All containers of a deployment, running or not.
    async fn list(&self, deployment: &str) -> Result<Vec<Found>, EngineError>;
    /// End and remove it with all it holds; fine when there is none.
    async fn remove(&self, id: &ContainerId) -> Result<(), EngineError>;
}
