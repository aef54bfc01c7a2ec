//! The Docker engine of this host, as commands reach it.

use std::sync::Arc;

use anyhow::Context as _;
use sandbox::{DockerEngine, EngineError, Sandboxes};

use crate::config::Config;

/// Address of the engine when neither settings nor environment name one.
const USUAL: &str = "unix:///var/run/docker.sock";

/// The engine.
pub(super) fn engine(config: &Config) -> anyhow::Result<Arc<DockerEngine>> {
    let address = config.docker_host.as_deref().unwrap_or(USUAL);
    let engine = DockerEngine::new(address, config.sandbox_config().images);
    Ok(Arc::new(engine.with_context(|| format!("docker_host: {address}"))?))
}

/// Sandboxes of a deployment for a server, which comes up without its engine too; the image is prepared where the
/// engine answers.
pub(super) async fn sandboxes_of_server(
    config: &Config,
    deployment: &str,
) -> anyhow::Result<(Sandboxes, Arc<DockerEngine>)> {
    match sandboxes(config, deployment).await {
        Err(error) if error.downcast_ref::<EngineError>().is_some_and(EngineError::is_outage) => {
            tracing::error!(error = %format!("{error:#}"), "sandboxes have to wait until the engine answers");
            let engine = engine(config)?;
            let shared: Arc<dyn sandbox::Engine> = Arc::clone(&engine) as _;
            Ok((by_choice(config, shared, deployment), engine))
        }
        other => other,
    }
}

/// Sandboxes of a deployment, once the image is prepared.
pub(super) async fn sandboxes(config: &Config, deployment: &str) -> anyhow::Result<(Sandboxes, Arc<DockerEngine>)> {
    let engine = engine(config)?;
    if !sandbox::prepare::is_prepared(&engine).await.context("the Docker engine does not answer")? {
        anyhow::bail!("the sandbox image is not prepared; run `drydock prepare` first");
    }
    let shared: Arc<dyn sandbox::Engine> = Arc::clone(&engine) as _;
    Ok((by_choice(config, shared, deployment), engine))
}

/// Sandboxes at the level that the settings choose.
pub(super) fn by_choice(config: &Config, engine: Arc<dyn sandbox::Engine>, deployment: &str) -> Sandboxes {
    Sandboxes::by_choice(engine, config.sandbox_config(), deployment, config.sandbox.level)
}
