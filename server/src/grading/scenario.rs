//! Scenarios: a fresh sandbox that no learner ever touched, furnished with the learner's images or sources, in which
//! the official steps are run. Invariant: the learner has no shell there; it is discarded with the attempt.

use std::time::Duration;

use domain::exercise::{Plant, Scenario};
use futures::StreamExt as _;
use sandbox::{EngineRequest, EngineState, FileContent, Limits, Program, Sandbox, SandboxError, Sandboxes, WORK_DIR};

use crate::{lease::work::read_work, random, store::work::WorkFile};

/// A fresh sandbox ends by itself after this many seconds.
const LIFE_SECONDS: i64 = 600;
const ENGINE: Duration = Duration::from_secs(60);
/// The most that an image may weigh on its way into a scenario.
const IMAGE: Limits = Limits { bytes: 1024 * 1024 * 1024, time: Duration::from_secs(60) };
const LONGEST_STEP: u32 = 120;

/// A step that was run.
pub(super) struct StepRan {
    pub(super) id: String,
    pub(super) ran: sandbox::Ran,
}

/// A scenario that was run.
pub(super) struct Ran {
    pub(super) sandbox: Sandbox,
    pub(super) steps: Vec<StepRan>,
    /// What the learner has to provide and has not: a plain sentence.
    pub(super) missing: Option<String>,
    /// Images taken over: their names, and the ids that they have here.
    pub(super) images: Vec<(String, String)>,
}

impl Ran {
    pub(super) async fn discard(self) {
        discard(&self.sandbox).await;
    }
}

/// Why a fresh sandbox could not be furnished: faults of ours.
#[derive(Debug, thiserror::Error)]
enum FurnishError {
    /// One of the two sandboxes failed.
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
    /// The learner's files could not be read.
    #[error("the learner's files could not be read")]
    Work(#[from] crate::lease::LeaseError),
    /// The learner's engine gave neither an archive nor said that there is none.
    #[error("the learner's engine answered {status} when it was asked for {image}")]
    NoArchive {
        /// Which image.
        image: String,
        /// What it answered.
        status: http::StatusCode,
    },
}

/// What is needed to make fresh sandboxes.
pub(super) struct Maker<'a> {
    pub(super) sandboxes: &'a Sandboxes,
    /// Their leases begin with this.
    pub(super) prefix: &'a str,
    pub(super) now: i64,
}

impl Maker<'_> {
    /// A fresh sandbox with its engine ready.
    pub(super) async fn fresh(&self) -> Result<Sandbox, String> {
        let lease = format!("{}{}", self.prefix, random::id());
        let fault = |error: SandboxError| {
            tracing::error!(error = &error as &dyn std::error::Error, "a fresh sandbox could not be had");
            "a fresh sandbox could not be had".to_owned()
        };
        let sandbox = self.sandboxes.create(&lease, self.now + LIFE_SECONDS).await.map_err(fault)?;
        match sandbox.wait_for_engine(ENGINE).await {
            Ok(EngineState::Ready) => Ok(sandbox),
            other => {
                tracing::error!(?other, "the engine of a fresh sandbox did not start");
                discard(&sandbox).await;
                Err("the engine of a fresh sandbox did not start".to_owned())
            }
        }
    }
}

pub(super) async fn discard(sandbox: &Sandbox) {
    if let Err(error) = sandbox.end().await {
        tracing::warn!(error = &error as &dyn std::error::Error, "a fresh sandbox is left to the reaper");
    }
}

/// Furnish a fresh sandbox and run the steps.
pub(super) async fn run(maker: &Maker<'_>, learners: &Sandbox, scenario: &Scenario) -> Result<Ran, String> {
    let sandbox = maker.fresh().await?;
    let mut ran = Ran { sandbox, steps: Vec::new(), missing: None, images: Vec::new() };
    match furnish(&mut ran, maker.now, learners, scenario).await {
        Ok(()) => Ok(ran),
        Err(error) => {
            tracing::error!(scenario = %scenario.id, error = &error as &dyn std::error::Error, "a scenario could not be run");
            ran.discard().await;
            Err("the fresh sandbox could not be furnished".to_owned())
        }
    }
}

async fn furnish(ran: &mut Ran, now: i64, learners: &Sandbox, scenario: &Scenario) -> Result<(), FurnishError> {
    for image in &scenario.images {
        match carry_image(learners, &ran.sandbox, image).await? {
            Carried::Here { id } => ran.images.push((image.clone(), id)),
            Carried::Missing(reason) => {
                ran.missing = Some(reason);
                return Ok(());
            }
        }
    }
    let mut files = Vec::new();
    if !scenario.sources.is_empty() {
        let work = read_work(learners, |path| is_source(&scenario.sources, path)).await?;
        files.extend(work.into_iter().map(|WorkFile { path, mode, content }| FileContent {
            path: format!("{WORK_DIR}/{path}"),
            mode,
            bytes: content.into(),
            modified: None,
        }));
        if files.is_empty() {
            ran.missing = Some(format!("your working folder has none of {}", scenario.sources.join(", ")));
            return Ok(());
        }
    }
    files.extend(scenario.plant.iter().map(|plant| planted(plant, now)));
    if !files.is_empty() {
        ran.sandbox.put_files(&files).await?;
    }
    for step in &scenario.step {
        let limit = Duration::from_secs(u64::from(step.timeout_seconds.min(LONGEST_STEP)));
        let done = ran.sandbox.run(Program::shell(step.run.clone()).timeout(limit)).await?;
        let failed = done.exit_code != 0;
        ran.steps.push(StepRan { id: step.id.to_string(), ran: done });
        if failed && !step.may_fail {
            break;
        }
    }
    Ok(())
}

/// A source is a file, or a folder with all below it.
fn is_source(sources: &[String], path: &str) -> bool {
    sources.iter().any(|source| {
        let source = source.trim_end_matches('/');
        source == "." || path == source || path.strip_prefix(source).is_some_and(|rest| rest.starts_with('/'))
    })
}

fn planted(plant: &Plant, now: i64) -> FileContent {
    let path = if plant.path.starts_with('/') { plant.path.clone() } else { format!("{WORK_DIR}/{}", plant.path) };
    let mut bytes = plant.content.clone().into_bytes();
    let padded = usize::try_from(plant.pad_kib).unwrap_or(0) * 1024;
    if bytes.len() < padded {
        bytes.resize(padded, 0);
    }
    FileContent {
        path,
        mode: u32::from_str_radix(&plant.mode, 8).unwrap_or(0o644),
        bytes: bytes.into(),
        modified: (plant.age_days > 0).then(|| now - i64::from(plant.age_days) * 86_400),
    }
}

enum Carried {
    Here {
        id: String,
    },
    /// The learner's to mend; a plain sentence.
    Missing(String),
}

/// Take an image out of the learner's engine and put it into the fresh one.
async fn carry_image(from: &Sandbox, to: &Sandbox, image: &str) -> Result<Carried, FurnishError> {
    let path = format!("/images/{}/get", super::probes::escape(image));
    let archive = from.engine_stream(EngineRequest::get(path), IMAGE).await?;
    match archive.status {
        http::StatusCode::OK => {}
        http::StatusCode::NOT_FOUND => {
            return Ok(Carried::Missing(format!("there is no image {image} in your sandbox")));
        }
        status => return Err(FurnishError::NoArchive { image: image.to_owned(), status }),
    }
    let chunks = archive.map(|chunk| chunk.map_err(std::io::Error::other));
    let loaded = to.engine_upload("/images/load?quiet=1", "application/x-tar", chunks, IMAGE).await?;
    let path = format!("/images/{}/json", super::probes::escape(image));
    let found = to.engine_request(EngineRequest::get(path), Limits::default()).await?;
    let id = super::probes::body(&found).get("Id").and_then(serde_json::Value::as_str).map(str::to_owned);
    Ok(match id.filter(|_| loaded.status.is_success() && found.status.is_success()) {
        Some(id) => Carried::Here { id },
        None => Carried::Missing(format!("another engine cannot load {image} from its archive")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_files_or_folders() {
        let sources = ["Dockerfile".to_owned(), "app/".to_owned()];
        for (path, wanted) in
            [("Dockerfile", true), ("app/main.py", true), ("app", true), ("apple", false), ("x/Dockerfile", false)]
        {
            assert_eq!(is_source(&sources, path), wanted, "{path}");
        }
        assert!(is_source(&[".".to_owned()], "anything/below"));
    }

    #[test]
    fn plants_have_age_and_weight() {
        let plant: Plant = serde_json::from_value(
            serde_json::json!({"path": "logs/old.log", "content": "x", "age_days": 2, "pad_kib": 1, "mode": "0600"}),
        )
        .unwrap();
        let file = planted(&plant, 1_000_000);
        assert_eq!((file.bytes.len(), file.mode, file.modified), (1024, 0o600, Some(827_200)));
        assert_eq!(file.path, "/root/work/logs/old.log");
    }
}
