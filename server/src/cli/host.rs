//! The Docker engine of this host, as commands reach it.

use std::sync::Arc;

use anyhow::Context as _;
use sandbox::{DockerEngine, Sandboxes};

use crate::config::Config;

/// Address of the engine when neither settings nor environment name one.
const USUAL: &str = "unix:///var/run/docker.sock";

/// The engine.
pub(super) fn engine(config: &Config) -> anyhow::Result<Arc<DockerEngine>> {
    let address = config.docker_host.as_deref().unwrap_or(USUAL);
    let engine = DockerEngine::new(address, config.sandbox_config().images);
    Ok(Arc::new(engine.with_context(|| format!("docker_host: {address}"))?))
}

/// Sandboxes of a deployment, once the image is prepared.
pub(super) async fn sandboxes(config: &Config, deployment: &str) -> anyhow::Result<(Sandboxes, Arc<DockerEngine>)> {
    let engine = engine(config)?;
    if !sandbox::prepare::is_prepared(&engine).await.context("the Docker engine does not answer")? {
        anyhow::bail!("the sandbox image is not prepared; run `drydock prepare` first");
    }
    let shared: Arc<dyn sandbox::Engine> = Arc::clone(&engine) as _;
    Ok((Sandboxes::new(shared, config.sandbox_config(), deployment), engine))
}
