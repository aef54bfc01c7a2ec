//! Scenarios: a fresh sandbox that no learner ever touched, furnished with the learner's images or sources, in which
//! the official steps are run. Invariant: the learner has no shell there; it is discarded with the attempt.

use std::time::Duration;

use domain::exercise::{Plant, Scenario};
use futures::StreamExt as _;
use http::StatusCode;
use sandbox::{EngineRequest, EngineResponse, FileContent, Limits, Program, Sandbox, SandboxError, WORK_DIR};
use serde_json::Value;

use super::{
    fresh::{Fresh, Maker},
    probes::{body, escape},
};
use crate::{lease::work::read_work, store::work::WorkFile};

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
    pub(super) sandbox: Fresh,
    pub(super) steps: Vec<StepRan>,
    /// What the learner has to provide and has not: a plain sentence.
    pub(super) missing: Option<String>,
    /// Images taken over: their names, and the ids that they have here.
    pub(super) images: Vec<(String, String)>,
}

impl Ran {
    pub(super) async fn discard(self) {
        self.sandbox.discard().await;
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
        status: StatusCode,
    },
    /// The fresh engine does not do its work.
    #[error("the fresh engine answered {status} when it was to {doing}")]
    FreshEngine {
        /// The work.
        doing: &'static str,
        /// What it answered.
        status: StatusCode,
    },
}

/// Furnish a fresh sandbox and run the steps.
pub(super) async fn run(maker: &Maker, learners: &Sandbox, scenario: &Scenario) -> Result<Ran, String> {
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
    if let Err(reason) = lay(&ran.sandbox, now, learners, scenario).await? {
        ran.missing = Some(reason);
        return Ok(());
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

/// Lay the learner's sources down, then what is planted; what the learner has to mend otherwise, as a plain sentence.
async fn lay(
    to: &Sandbox,
    now: i64,
    learners: &Sandbox,
    scenario: &Scenario,
) -> Result<Result<(), String>, FurnishError> {
    let brought = !scenario.sources.is_empty();
    let plants: Vec<FileContent> = scenario.plant.iter().map(|plant| planted(plant, now)).collect();
    if brought {
        let work = read_work(learners, |path| is_source(&scenario.sources, path)).await?;
        if work.is_empty() {
            return Ok(Err(format!("your working folder has none of {}", scenario.sources.join(", "))));
        }
        let sources: Vec<FileContent> = work.into_iter().map(brought_along).collect();
        if let Some(in_the_way) = collision(&sources, &plants) {
            return Ok(Err(format!("{in_the_way} is in the way of what the check lays beside your files")));
        }
        if let Err(said) = laid(to.put_files(&sources).await, true)? {
            return Ok(Err(format!("your files cannot be laid into another sandbox: {said}")));
        }
    }
    if !plants.is_empty()
        && let Err(said) = laid(to.put_files(&plants).await, brought)?
    {
        return Ok(Err(format!("your files are in the way of what the check lays beside them: {said}")));
    }
    Ok(Ok(()))
}

fn brought_along(file: WorkFile) -> FileContent {
    let path = format!("{WORK_DIR}/{}", file.path);
    FileContent { path, mode: file.mode, bytes: file.content.into(), modified: None }
}

/// The learner's file or folder that has the place of a folder or file that is planted. Files of the same path are no
/// collision: what is planted replaces them.
fn collision<'a>(sources: &[FileContent], plants: &'a [FileContent]) -> Option<&'a str> {
    let below = |path: &str, folder: &str| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
    let place = plants.iter().find_map(|plant| {
        let file = sources.iter().find(|source| below(&plant.path, &source.path));
        let folder = sources.iter().any(|source| below(&source.path, &plant.path));
        file.and_then(|source| plant.path.get(..source.path.len())).or(folder.then_some(plant.path.as_str()))
    })?;
    Some(place.strip_prefix(WORK_DIR).map_or(place, |path| path.trim_start_matches('/')))
}

/// Whether files could be put down. A sandbox with nothing of the learner's in it has no reason to refuse them.
fn laid(put: Result<(), SandboxError>, brought: bool) -> Result<Result<(), String>, SandboxError> {
    match put {
        Ok(()) => Ok(Ok(())),
        Err(SandboxError::Refused { message, .. }) if brought => Ok(Err(message)),
        Err(error) => Err(error),
    }
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
    let Some(mut loaded) = load(from, to, image).await? else { return Ok(absent(image)) };
    if !loaded.status.is_success() {
        // An engine says the same of an archive that it cannot read and of a failure of its own: the latter passes.
        let Some(again) = load(from, to, image).await? else { return Ok(absent(image)) };
        loaded = again;
    }
    if !loaded.status.is_success() {
        let answer = to.engine_request(EngineRequest::get("/_ping"), Limits::default()).await?;
        return refused(image, &loaded, answer.status);
    }
    let path = format!("/images/{}/json", escape(image));
    arrived(image, &to.engine_request(EngineRequest::get(path), Limits::default()).await?)
}

fn absent(image: &str) -> Carried {
    Carried::Missing(format!("there is no image {image} in your sandbox"))
}

/// What the fresh engine says to the archive; `None` when the learner's has no such image.
async fn load(from: &Sandbox, to: &Sandbox, image: &str) -> Result<Option<EngineResponse>, FurnishError> {
    let path = format!("/images/{}/get", escape(image));
    let archive = from.engine_stream(EngineRequest::get(path), IMAGE).await?;
    match archive.status {
        StatusCode::OK => {}
        StatusCode::NOT_FOUND => return Ok(None),
        status => return Err(FurnishError::NoArchive { image: image.to_owned(), status }),
    }
    let chunks = archive.map(|chunk| chunk.map_err(std::io::Error::other));
    Ok(Some(to.engine_upload("/images/load?quiet=1", "application/x-tar", chunks, IMAGE).await?))
}

/// Of an archive that was refused twice by an engine that is, or is not, well.
fn refused(image: &str, loaded: &EngineResponse, ping: StatusCode) -> Result<Carried, FurnishError> {
    if !ping.is_success() {
        return Err(FurnishError::FreshEngine { doing: "answer at all", status: ping });
    }
    tracing::info!(image, status = %loaded.status, "an engine cannot load a learner's image");
    Ok(cannot_load(image))
}

fn cannot_load(image: &str) -> Carried {
    Carried::Missing(format!("another engine cannot load {image} from its archive"))
}

/// Of an archive that was loaded: whether the image was in it.
fn arrived(image: &str, found: &EngineResponse) -> Result<Carried, FurnishError> {
    match (found.status, body(found).get("Id").and_then(Value::as_str)) {
        (StatusCode::OK, Some(id)) => Ok(Carried::Here { id: id.to_owned() }),
        (StatusCode::NOT_FOUND, _) => Ok(cannot_load(image)),
        (status, _) => Err(FurnishError::FreshEngine { doing: "tell about an image", status }),
    }
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

    fn answer(status: u16, body: &str) -> EngineResponse {
        let status = StatusCode::from_u16(status).unwrap();
        EngineResponse { status, headers: http::HeaderMap::new(), body: body.to_owned().into() }
    }

    #[test]
    fn a_source_in_the_place_of_a_plant_is_told() {
        let files = |paths: &[&str]| -> Vec<FileContent> {
            paths.iter().map(|path| FileContent::new(format!("{WORK_DIR}/{path}"), "")).collect()
        };
        for (sources, plants, told) in [
            (&["lib"][..], &["lib/mail/.env"][..], Some("lib")),
            (&["data/cities.txt/a/b"], &["x", "data/cities.txt"], Some("data/cities.txt")),
            (&["lib/a", "libx"], &["lib/b", "lib/a"], None),
        ] {
            assert_eq!(collision(&files(sources), &files(plants)), told, "{sources:?}");
        }
    }

    #[test]
    fn files_that_cannot_be_laid_are_the_learners_to_mend() {
        let refused = || {
            let message = "cannot write lib/x: Not a directory".to_owned();
            Err(SandboxError::Refused { refusal: sandbox::Refusal::System, message })
        };
        assert_eq!(laid(Ok(()), true).unwrap(), Ok(()));
        assert_eq!(laid(refused(), true).unwrap().unwrap_err(), "cannot write lib/x: Not a directory");
        // Nothing of theirs is there.
        assert!(laid(refused(), false).is_err());
        assert!(laid(Err(SandboxError::Slow { doing: "write files" }), true).is_err());
    }

    #[test]
    fn an_archive_is_to_blame_only_when_the_fresh_engine_is_well() {
        let missing = |carried: Result<Carried, FurnishError>| matches!(carried, Ok(Carried::Missing(_)));
        assert!(missing(refused("app:1", &answer(500, "{}"), StatusCode::OK)));
        assert!(refused("app:1", &answer(500, "{}"), StatusCode::SERVICE_UNAVAILABLE).is_err());
        assert!(
            matches!(arrived("app:1", &answer(200, r#"{"Id": "sha256:a"}"#)), Ok(Carried::Here { id }) if id == "sha256:a")
        );
        // It was loaded, and held something else.
        assert!(missing(arrived("app:1", &answer(404, "{}"))));
        for (status, body) in [(500, "{}"), (200, "{}"), (200, "")] {
            assert!(arrived("app:1", &answer(status, body)).is_err(), "{status} {body}");
        }
    }
}
