//! `drydock prepare`: makes what is missing, then removes what earlier versions and interrupted runs left.

use anyhow::Context as _;

use super::{Found, host};
use crate::config::Config;

pub(super) async fn prepare(config: &Config) -> anyhow::Result<Found> {
    let engine = host::engine(config)?;
    // One line a step; what a build says in between is for the log.
    let last = std::sync::Mutex::new(String::new());
    let tell = |progress: sandbox::prepare::Progress| {
        let mut last = last.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let step = progress.step.to_string();
        if *last != step {
            say!("prepare: {step}");
            *last = step;
        }
        tracing::debug!(detail = progress.detail.unwrap_or_default(), "preparing");
    };
    sandbox::prepare::prepare(&engine, &config.sandbox_config(), &tell)
        .await
        .context("the sandbox image cannot be made")?;
    let left = async {
        Ok::<_, sandbox::EngineError>(sandbox::prepare::sweep(&engine).await? + sandbox::prepare::prune(&engine).await?)
    };
    match left.await {
        Ok(0) => {}
        Ok(removed) => say!("prepare: removed {removed} leftovers of earlier versions and interrupted runs"),
        Err(error) => tracing::warn!(%error, "leftovers of earlier versions are not removed"),
    }
    say!("prepare: the sandbox image and its preloaded images are there");
    // A server that starts later knows then at once what its sandboxes offer.
    let sandboxes = host::by_choice(config, std::sync::Arc::clone(&engine) as _, "prepare");
    match sandboxes.decide().await {
        Ok(offer) => say!("prepare: sandboxes run at isolation level {}", offer.level.as_str()),
        Err(error @ sandbox::SandboxError::NoLevel(_)) => {
            say!("prepare: {error}");
            return Ok(Found::Wrong);
        }
        Err(other) => return Err(other).context("it cannot be found out what sandboxes offer here"),
    }
    Ok(Found::Fine)
}
