//! The golden volume: a sandbox whose data root lies on the volume loads every image, once.
//! Other sandboxes then mount it read-only; see `golden.rs` of the supervisor.
//! Invariant: one maker at a time for each engine; its container's name, which cannot be had twice, is the lock.

use std::{convert::Infallible, sync::Arc, time::Duration};

use bollard::query_parameters::{RemoveImageOptionsBuilder, RemoveVolumeOptions};
use bytes::Bytes;
use domain::lease::IsolationLevel;
use futures::TryStreamExt as _;
use protocol::{EngineState, Setup};
use tokio::sync::mpsc;

use super::{Report, base, begin, debian, has_image, tag};
use crate::{
    DockerEngine, Engine as _, EngineRequest, Limits, Program, Sandbox, SandboxConfig, Sandboxes,
    engine::{status, status_of},
    error::{EngineError, PrepareError, SandboxError},
    host, labels,
    time::now,
};

/// To copy the system tree, or to load one image, on a slow disk.
const PATIENCE: Duration = Duration::from_secs(600);

/// Stop the engine and wait until all is written.
const STOP: &str =
    r#"pid=$(cat /run/docker.pid); kill "$pid"; while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done; sync"#;

/// A maker whose preparation was broken off goes on for so long, seconds; until then the next one waits for it.
const BREATH: i64 = 180;
/// A preparation that goes on moves its maker's deadline this often.
const BEAT: Duration = Duration::from_secs(30);
/// Look this often whether another preparation has come to its end.
const LOOK: Duration = Duration::from_secs(1);
const LOOKS: u32 = 10;

/// Whether there is the volume that a maker began. One that the engine made for want of it has no label.
pub(crate) async fn exists(engine: &DockerEngine) -> Result<bool, EngineError> {
    let name = &engine.names.golden;
    match engine.docker.inspect_volume(name).await {
        Ok(volume) => Ok(volume.labels.get(labels::GOLDEN) == Some(name)),
        Err(error) if status(&error) == Some(404) => Ok(false),
        Err(error) => Err(EngineError::Info(error.into())),
    }
}

/// Whether there is a whole one.
pub(super) async fn is_made(engine: &DockerEngine) -> Result<bool, EngineError> {
    Ok(has_image(engine, &engine.names.golden_made).await? && exists(engine).await?)
}

/// Have a whole one: make it anew, or wait until another preparation has made it.
pub(super) async fn have(
    engine: &Arc<DockerEngine>,
    config: &SandboxConfig,
    report: Report<'_>,
) -> Result<(), PrepareError> {
    let limits = SandboxConfig { memory_mib: config.memory_mib.max(2048), ..config.clone() };
    let makers = Sandboxes::new(Arc::clone(engine) as Arc<dyn crate::Engine>, limits, labels::PREPARE);
    begin(report, "Make the golden volume");
    let mut waits = false;
    while !is_made(engine).await? {
        if is_being_made(engine, &makers).await? {
            if !std::mem::replace(&mut waits, true) {
                begin(report, "Wait for another preparation");
            }
            tokio::time::sleep(LOOK).await;
            continue;
        }
        if let Some(maker) = begin_anew(engine, &makers, config).await? {
            let filled = tokio::select! {
                filled = fill(engine, &maker, report) => filled,
                never = keep_alive(&maker) => match never {},
            };
            // Named before it is let go of, so that it is never both without a name and unused.
            let named = match filled {
                Ok(()) => tag(engine, &engine.names.sandbox, &engine.names.golden_made).await,
                Err(error) => Err(error),
            };
            maker.end().await?;
            named?;
        }
    }
    Ok(())
}

/// Whether a maker is at work. What an interrupted one left is removed.
async fn is_being_made(engine: &DockerEngine, makers: &Sandboxes) -> Result<bool, EngineError> {
    for found in makers.list().await?.into_iter().filter(|found| found.name == engine.names.golden) {
        // One that is about to be started does not run yet, and is not past its first deadline either.
        if found.running || found.expires > now() {
            return Ok(true);
        }
        makers.remove(&found.id).await?;
    }
    Ok(false)
}

/// Start a maker on an empty volume; `None` when another preparation was faster.
async fn begin_anew(
    engine: &DockerEngine,
    makers: &Sandboxes,
    config: &SandboxConfig,
) -> Result<Option<Sandbox>, PrepareError> {
    let name = &engine.names.golden;
    // First of all: from here on until it is whole there is none.
    let name_only = RemoveImageOptionsBuilder::default().force(true).build();
    match engine.docker.remove_image(&engine.names.golden_made, Some(name_only), None).await {
        Err(error) if status(&error) != Some(404) => return Err(failed("forget an earlier one", error)),
        _ => {}
    }
    match engine.docker.remove_volume(name, None::<RemoveVolumeOptions>).await {
        Err(error) if status(&error) == Some(409) => {
            // Another maker may hold it already and be listed only in a moment.
            for _ in 0..LOOKS {
                tokio::time::sleep(LOOK).await;
                if is_being_made(engine, makers).await? || is_made(engine).await? {
                    return Ok(None);
                }
            }
            return Err(failed("remove what is left of an earlier one, which a sandbox still uses", error));
        }
        Err(error) if status(&error) != Some(404) => {
            return Err(failed("remove what is left of an earlier one", error));
        }
        _ => {}
    }
    let setup = Setup {
        owner: makers.owner(name),
        deadline: now().saturating_add(BREATH),
        data_mib: 0,
        root_mib: 256,
        tmp_mib: 1024,
        open_files: config.open_files,
        largest_file_mib: 16 * 1024,
        golden: true,
        gvisor: false,
    };
    // The engine makes the volume together with the container.
    // Whatever level sandboxes have: the volume's layers are to be marked as the learners' namespaces read them, and only
    // the host's own kernel puts an overlay's upper layer on a volume.
    match makers.create_with(IsolationLevel::Userns, name, setup).await {
        Ok(maker) => Ok(Some(maker)),
        Err(SandboxError::Engine(EngineError::Create(cause))) if status_of(&cause) == Some(409) => Ok(None),
        Err(SandboxError::DidNotStart { words }) => {
            let remedy = host::remedy(engine.known().await?);
            Err(PrepareError::DidNotStart { words, remedy })
        }
        Err(other) => Err(other.into()),
    }
}

async fn keep_alive(maker: &Sandbox) -> Infallible {
    loop {
        tokio::time::sleep(BEAT).await;
        // A lost one is made up for by the next.
        if let Err(error) = maker.extend(now().saturating_add(BREATH)).await {
            tracing::warn!(%error, "the maker's deadline could not be moved");
        }
    }
}

fn failed(doing: &str, source: impl Into<crate::Cause>) -> PrepareError {
    PrepareError::Golden { doing: doing.to_owned(), source: source.into() }
}

async fn fill(engine: &DockerEngine, maker: &Sandbox, report: Report<'_>) -> Result<(), PrepareError> {
    let mut waited = Duration::ZERO;
    let step = Duration::from_secs(30);
    while maker.wait_for_engine(step).await? != EngineState::Ready {
        waited += step;
        if waited >= PATIENCE {
            return Err(failed("start its engine", "it does not answer"));
        }
    }
    let others = base::ALL.iter().map(|base| (engine.names.base(base.name), base.tags));
    for (name, tags) in [(engine.names.debian.clone(), &debian::TAGS[..])].into_iter().chain(others) {
        begin(report, format!("Preload {}", tags.join(", ")));
        load(engine, maker, &name).await?;
        rename(maker, &name, tags).await?;
    }
    let stopped = maker.run(Program::shell(STOP).timeout(Duration::from_secs(60))).await?;
    if stopped.exit_code == 0 { Ok(()) } else { Err(failed("stop its engine", stopped.stderr)) }
}

/// From the host's engine to the maker's.
async fn load(engine: &DockerEngine, maker: &Sandbox, name: &str) -> Result<(), PrepareError> {
    let doing = format!("load {name}");
    let (sender, mut receiver) = mpsc::channel::<std::io::Result<Bytes>>(8);
    let docker = engine.docker.clone();
    let image = name.to_owned();
    // The upload owns its body, so the archive cannot be borrowed from here.
    let feeder = tokio::spawn(async move {
        let mut archive = std::pin::pin!(docker.export_image(&image));
        loop {
            let part = match archive.try_next().await {
                Ok(Some(part)) => Ok(part),
                Ok(None) => return,
                Err(error) => Err(std::io::Error::other(error)),
            };
            let broken = part.is_err();
            if sender.send(part).await.is_err() || broken {
                return;
            }
        }
    });
    let body = futures::stream::poll_fn(move |context| receiver.poll_recv(context));
    let limits = Limits { bytes: 1024 * 1024, time: PATIENCE };
    let answer = maker.engine_upload("/images/load?quiet=true", "application/x-tar", body, limits).await?;
    feeder.abort();
    // The engine tells errors in a document of an answer that began well.
    let text = String::from_utf8_lossy(&answer.body).into_owned();
    if answer.status.is_success() && !text.contains("\"error\"") { Ok(()) } else { Err(failed(&doing, text)) }
}

/// Give it the names that lessons use, in place of ours.
async fn rename(maker: &Sandbox, name: &str, tags: &[&str]) -> Result<(), PrepareError> {
    let ask = async |request: EngineRequest| {
        let answer = maker.engine_request(request, Limits::default()).await?;
        if answer.status.is_success() {
            Ok(())
        } else {
            Err(failed("name an image", String::from_utf8_lossy(&answer.body).into_owned()))
        }
    };
    for tag in tags {
        let (repo, version) = tag.rsplit_once(':').unwrap_or((tag, "latest"));
        ask(EngineRequest::post(format!("/images/{name}/tag?repo={repo}&tag={version}"))).await?;
    }
    ask(EngineRequest::delete(format!("/images/{name}?noprune=true"))).await
}
