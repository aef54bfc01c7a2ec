//! From a probe to evidence: ask the sandbox, describe what was seen as the facts that the domain documents.
//! Invariant: what a sandbox says is data, bounded in size and time; what could not be asked is not a wrong answer.

use std::{collections::BTreeSet, time::Duration};

use domain::{evidence::Evidence, probe::Probe};
use http::StatusCode;
use sandbox::{EngineRequest, EngineResponse, Limits, Sandbox, SandboxError};
use serde_json::{Value, json};

use super::scenario::Ran;

mod container;
mod dockerfile;
mod files;
mod images;
mod listing;
mod logs;
mod network;
mod output;
mod registry;
mod run;
mod search;
mod service;
mod steps;

pub(super) use listing::Preloaded;

/// Evidence, and what it was judged on.
pub(super) struct Look {
    pub(super) evidence: Evidence,
    /// Of the archive.
    pub(super) digest: Option<[u8; 32]>,
    /// Images by the names they were asked for, and their ids; none of one that is not there.
    pub(super) images: Vec<(String, Option<String>)>,
    /// When all images were looked at that the sandbox's engine lists: the ids of these, and of the preloaded ones.
    pub(super) all: Option<BTreeSet<String>>,
}

impl Look {
    pub(super) fn could_not(reason: String) -> Self {
        Self::of(Evidence::CouldNotLook { reason })
    }

    pub(super) fn invalid(reason: String) -> Self {
        Self::of(Evidence::Invalid { reason })
    }

    pub(super) fn seen(facts: Value) -> Self {
        Self::of(Evidence::Seen { facts })
    }

    fn of(evidence: Evidence) -> Self {
        Self { evidence, digest: None, images: Vec::new(), all: None }
    }
}

/// Why a probe could not look. None of it is the learner's fault.
#[derive(Debug, thiserror::Error)]
pub(super) enum ProbeError {
    /// The sandbox failed, or its engine does not answer.
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
    /// Its engine answered, and not what engines do.
    #[error("its engine could not {doing}: {said}")]
    Engine {
        /// What it was asked to do.
        doing: &'static str,
        /// What it said instead.
        said: String,
    },
    /// A container of the check's own is not there any more.
    #[error("the container that was to be looked at is gone")]
    Gone,
}

impl ProbeError {
    fn answer(doing: &'static str, answer: &EngineResponse) -> Self {
        Self::Engine { doing, said: message(answer) }
    }

    fn status(doing: &'static str, status: StatusCode) -> Self {
        Self::Engine { doing, said: format!("status {status}") }
    }
}

/// Look. `ran` is the scenario, when the sandbox is a scenario's.
pub(super) async fn look(sandbox: &Sandbox, probe: &Probe, preloaded: &Preloaded, ran: Option<&Ran>) -> Look {
    let looked = match probe {
        Probe::File { path, parse } => files::look(sandbox, path, *parse).await,
        Probe::Engine { path } => engine(sandbox, path).await,
        Probe::Container { container, settle_seconds } => container::look(sandbox, container, *settle_seconds).await,
        Probe::ContainerLogs { container } => logs::look(sandbox, container).await,
        Probe::Run { image, args, entrypoint, env, user, binds, read_only, timeout_seconds } => {
            let wanted = run::Wanted {
                image,
                args: args.as_deref(),
                entrypoint: entrypoint.as_deref(),
                env,
                user: user.as_deref(),
                binds,
                read_only: *read_only,
                limit: Duration::from_secs(u64::from((*timeout_seconds).min(60))),
            };
            run::look(sandbox, &wanted).await
        }
        Probe::Service { image, binds, env, settle_seconds, execs, then_seconds, stop } => {
            let wanted = service::Wanted {
                image,
                binds,
                env,
                settle: Duration::from_secs(u64::from((*settle_seconds).min(90))),
                execs,
                then: Duration::from_secs(u64::from((*then_seconds).min(90))),
                stop: *stop,
            };
            service::look(sandbox, &wanted).await
        }
        Probe::Http { port, container, path } => network::look(sandbox, *port, container.as_deref(), path).await,
        Probe::Registry { port, container, repository } => {
            registry::look(sandbox, *port, container.as_deref(), repository).await
        }
        Probe::Step { step } => Ok(Look::seen(steps::step(ran, step.as_str()))),
        Probe::Script { script, timeout_seconds } => match ran {
            Some(ran) => steps::script(&ran.sandbox, script, *timeout_seconds).await,
            None => Ok(Look::could_not("a script is run in a scenario only".to_owned())),
        },
        Probe::Images {} => images::list(sandbox, preloaded).await,
        Probe::Image { image, paths } => images::one(sandbox, image, paths).await,
        Probe::SecretSearch { images, needles } => search::look(sandbox, preloaded, images.as_deref(), needles).await,
        Probe::LayerDifference { first, second } => images::difference(sandbox, first, second).await,
    };
    looked.unwrap_or_else(|error| {
        tracing::warn!(error = &error as &dyn std::error::Error, "a probe could not look");
        Look::could_not(format!("the sandbox could not be asked: {error}"))
    })
}

async fn engine(sandbox: &Sandbox, path: &str) -> Result<Look, ProbeError> {
    let answer = get(sandbox, path).await?;
    Ok(Look::seen(json!({"status": answer.status.as_u16(), "body": body(&answer)})))
}

/// GET with the usual limits.
async fn get(sandbox: &Sandbox, path: impl Into<String>) -> Result<EngineResponse, SandboxError> {
    sandbox.engine_request(EngineRequest::get(path), Limits::default()).await
}

/// POST with a document and a time limit.
async fn post(
    sandbox: &Sandbox,
    path: String,
    document: &Value,
    time: Duration,
) -> Result<EngineResponse, SandboxError> {
    let limits = Limits { time, ..Limits::default() };
    sandbox.engine_request(EngineRequest::post(path).json(document), limits).await
}

/// An answer's body; null when it is no JSON.
pub(super) fn body(answer: &EngineResponse) -> Value {
    serde_json::from_slice(&answer.body).unwrap_or(Value::Null)
}

/// What the engine says went wrong, shortened.
fn message(answer: &EngineResponse) -> String {
    let text = body(answer).get("message").and_then(Value::as_str).map(str::to_owned);
    text.unwrap_or_else(|| format!("status {}", answer.status)).chars().take(500).collect()
}

/// A name for a path of the engine's API; slashes of image names stay.
pub(super) fn escape(name: &str) -> String {
    name.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'/' | b':' | b'@' => {
                char::from(byte).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect()
}
