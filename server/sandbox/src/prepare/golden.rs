//! The golden volume: a sandbox whose data root lies on the volume loads every image, once.
//! Other sandboxes then mount it read-only; see `golden.rs` of the supervisor.

use std::{
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use bollard::{models::VolumeCreateRequest, query_parameters::RemoveVolumeOptions};
use bytes::Bytes;
use futures::TryStreamExt as _;
use protocol::{EngineState, Setup};
use tokio::sync::mpsc;

use super::{Report, base, begin, debian};
use crate::{
    DockerEngine, EngineRequest, Limits, Program, Sandbox, SandboxConfig, Sandboxes,
    engine::status,
    error::{EngineError, PrepareError},
};

/// To copy the system tree, or to load one image, on a slow disk.
const PATIENCE: Duration = Duration::from_secs(600);

/// Stop the engine and wait until all is written.
const STOP: &str =
    r#"pid=$(cat /run/docker.pid); kill "$pid"; while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done; sync"#;

pub(super) async fn exists(engine: &DockerEngine) -> Result<bool, EngineError> {
    match engine.docker.inspect_volume(&engine.names.golden).await {
        Ok(_) => Ok(true),
        Err(error) if status(&error) == Some(404) => Ok(false),
        Err(error) => Err(EngineError::Info(error.into())),
    }
}

/// Make it anew.
pub(super) async fn make(
    engine: &Arc<DockerEngine>,
    config: &SandboxConfig,
    report: Report<'_>,
) -> Result<(), PrepareError> {
    let name = &engine.names.golden;
    begin(report, "Make the golden volume");
    let limits = SandboxConfig { memory_mib: config.memory_mib.max(2048), ..config.clone() };
    let makers = Sandboxes::new(Arc::clone(engine) as Arc<dyn crate::Engine>, limits, "prepare");
    // What an interrupted preparation left, of this volume alone: another one may be at work on its own.
    for found in makers.list().await?.into_iter().filter(|found| found.lease == *name) {
        makers.remove(&found.id).await?;
    }
    match engine.docker.remove_volume(name, None::<RemoveVolumeOptions>).await {
        Err(error) if status(&error) != Some(404) => {
            return Err(failed("remove what is left of an earlier one", error));
        }
        _ => {}
    }
    let request = VolumeCreateRequest { name: Some(name.clone()), ..VolumeCreateRequest::default() };
    engine.docker.create_volume(request).await.map_err(|error| failed("create the volume", error))?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let deadline = i64::try_from(now).unwrap_or(i64::MAX).saturating_add(3600);
    let setup = Setup {
        deadline,
        data_mib: 0,
        root_mib: 256,
        tmp_mib: 1024,
        open_files: config.open_files,
        largest_file_mib: 16 * 1024,
        golden: true,
    };
    let maker = makers.create_with(name, setup).await?;
    let filled = fill(engine, &maker, report).await;
    maker.end().await?;
    filled
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
