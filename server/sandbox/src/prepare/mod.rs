//! Images and the golden volume, made once and found again by the hash of what they are made of.
//! Invariant: nothing of a learner's ever takes part in a build on the host's engine.

use std::sync::Arc;

use bollard::query_parameters::TagImageOptionsBuilder;

use crate::{
    DockerEngine, Engine as _, SandboxConfig,
    engine::status,
    error::{EngineError, PrepareError},
    host, inputs,
};

mod base;
mod build;
mod debian;
pub(crate) mod golden;
mod leftovers;

pub use leftovers::{prune, sweep};

/// Names of the images that every sandbox comes with.
#[must_use]
pub fn preloaded() -> Vec<&'static str> {
    let others = base::ALL.iter().flat_map(|base| base.tags.iter().copied());
    debian::TAGS.into_iter().chain(others).collect()
}

/// A step of the preparation, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// What is being done, e.g. `Build nginx from Debian packages`.
    pub step: String,
    /// How far it is, where that is known, e.g. the builder's last line.
    pub detail: Option<String>,
}

/// Who is told of progress.
pub type Report<'a> = &'a (dyn Fn(Progress) + Send + Sync);

fn begin(report: Report<'_>, step: impl Into<String>) {
    report(Progress { step: step.into(), detail: None });
}

/// Whether all is there.
///
/// # Errors
/// When the engine does not answer.
pub async fn is_prepared(engine: &DockerEngine) -> Result<bool, EngineError> {
    engine.known().await?;
    let names = &engine.names;
    Ok(has_image(engine, &names.sandbox).await? && golden::is_made(engine).await?)
}

/// Make what is missing. Takes minutes the first time, and no more than a look later.
///
/// # Errors
/// When a step fails; what was finished before it is kept.
pub async fn prepare(
    engine: &Arc<DockerEngine>,
    config: &SandboxConfig,
    report: Report<'_>,
) -> Result<(), PrepareError> {
    if is_prepared(engine).await? {
        return Ok(());
    }
    // Before anything that takes minutes.
    if let Some(obstacle) = host::obstacles(engine.known().await?).into_iter().find(|finding| !finding.ok) {
        let remedy = obstacle.remedy.unwrap_or_default();
        return Err(PrepareError::Host { found: format!("{}: {}", obstacle.name, obstacle.detail), remedy });
    }
    let names = &engine.names;
    debian::have(engine, config.images, report).await?;
    if !has_image(engine, &names.system).await? {
        begin(report, "Build the sandbox's system");
        let context = build::context(&names.system, inputs::below("sandbox"))?;
        build::build(engine, &names.system, context, &[("BASE", &names.debian)], report).await?;
    }
    if !has_image(engine, &names.sandbox).await? {
        begin(report, "Add the supervisor");
        let files = inputs::below("supervisor").chain([("supervisor", inputs::SUPERVISOR)]);
        let context = build::context(&names.sandbox, files)?;
        build::build(engine, &names.sandbox, context, &[("SYSTEM", &names.system)], report).await?;
    }
    if !golden::is_made(engine).await? {
        base::have_all(engine, config.images, report).await?;
        golden::have(engine, config, report).await?;
    }
    Ok(())
}

async fn has_image(engine: &DockerEngine, name: &str) -> Result<bool, EngineError> {
    match engine.docker.inspect_image(name).await {
        Ok(_) => Ok(true),
        Err(error) if status(&error) == Some(404) => Ok(false),
        Err(error) => Err(EngineError::Info(error.into())),
    }
}

async fn tag(engine: &DockerEngine, image: &str, name: &str) -> Result<(), PrepareError> {
    let (repo, tag) = name.rsplit_once(':').unwrap_or((name, "latest"));
    let options = TagImageOptionsBuilder::default().repo(repo).tag(tag).build();
    let tagged = engine.docker.tag_image(image, Some(options)).await;
    tagged.map_err(|error| PrepareError::Image { image: name.to_owned(), source: error.into() })
}
