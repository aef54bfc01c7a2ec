//! The outer engine, as narrow as the rest needs it.
//! Invariant: containers of another deployment are never listed, and so never touched.

use std::fmt::Debug;

use async_trait::async_trait;
use tokio::io::{AsyncRead, AsyncWrite};

use crate::{config::SandboxConfig, error::SandboxError};

/// A byte stream in both directions.
pub trait Bytes: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Bytes for T {}

/// What a new sandbox is to be.
#[derive(Debug, Clone, PartialEq)]
pub struct Spec {
    /// The deployment it belongs to.
    pub deployment: String,
    /// The lease it belongs to.
    pub lease: String,
    /// When it ends by itself, Unix seconds.
    pub deadline: i64,
    /// Its limits.
    pub limits: SandboxConfig,
}

/// A sandbox's container as the engine lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The engine's id.
    pub container: String,
    /// The lease in its label.
    pub lease: String,
    /// It runs.
    pub running: bool,
}

/// The outer engine.
#[async_trait]
pub trait Engine: Send + Sync + Debug {
    /// Create a sandbox's container; it does not run yet. Returns the engine's id.
    async fn create(&self, spec: &Spec) -> Result<String, SandboxError>;
    /// Start it.
    async fn start(&self, container: &str) -> Result<(), SandboxError>;
    /// A stream to its supervisor.
    async fn connect(&self, container: &str) -> Result<Box<dyn Bytes>, SandboxError>;
    /// End and remove it with all it holds; none of that name is fine.
    async fn remove(&self, container: &str) -> Result<(), SandboxError>;
    /// The sandboxes of a deployment.
    async fn list(&self, deployment: &str) -> Result<Vec<Found>, SandboxError>;
    /// Whether the engine answers.
    async fn ping(&self) -> Result<(), SandboxError>;
}
