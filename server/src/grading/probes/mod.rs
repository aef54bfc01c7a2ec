//! From a probe to evidence: ask the sandbox, describe what was seen as the facts that the domain documents.
//! Invariant: what a sandbox says is data, bounded in size and time; what could not be asked is not a wrong answer.

use std::{collections::HashMap, time::Duration};

use domain::{evidence::Evidence, probe::Probe};
use sandbox::{EngineRequest, EngineResponse, Limits, Sandbox, SandboxError};
use serde_json::{Value, json};

use super::scenario::Ran;

mod container;
mod files;
mod images;
mod logs;
mod network;
mod run;
mod service;
mod steps;

pub(super) use images::Preloaded;

/// Evidence, and what it was judged on.
pub(super) struct Look {
    pub(super) evidence: Evidence,
    /// Of the archive.
    pub(super) digest: Option<[u8; 32]>,
    /// Images by the names they were asked for, and their ids.
    pub(super) images: Vec<(String, String)>,
}

impl Look {
    pub(super) fn could_not(reason: String) -> Self {
        Self { evidence: Evidence::CouldNotLook { reason }, digest: None, images: Vec::new() }
    }

    pub(super) fn invalid(reason: String) -> Self {
        Self { evidence: Evidence::Invalid { reason }, digest: None, images: Vec::new() }
    }

    fn seen(facts: Value) -> Self {
        Self { evidence: Evidence::Seen { facts }, digest: None, images: Vec::new() }
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
        Probe::Step { step } => Ok(Look::seen(steps::step(ran, step.as_str()))),
        Probe::Script { script, timeout_seconds } => match ran {
            Some(ran) => steps::script(&ran.sandbox, script, *timeout_seconds).await,
            None => Ok(Look::could_not("a script is run in a scenario only".to_owned())),
        },
        Probe::Images {} => images::list(sandbox, preloaded).await,
        Probe::Image { image, paths } => images::one(sandbox, image, paths).await,
        Probe::SecretSearch { images, needles } => images::search(sandbox, preloaded, images.as_deref(), needles).await,
        Probe::LayerDifference { first, second } => images::difference(sandbox, first, second).await,
    };
    looked.unwrap_or_else(|error| {
        tracing::warn!(error = &error as &dyn std::error::Error, "a probe could not look");
        Look::could_not(format!("the sandbox could not be asked: {error}"))
    })
}

async fn engine(sandbox: &Sandbox, path: &str) -> Result<Look, SandboxError> {
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

/// The engine's stream of a container's output, told apart: frames of `[stream, 0, 0, 0, length: u32]` and bytes;
/// see the engine API's "attach". At most `most` bytes of each are kept, the last ones.
fn demultiplex(mut bytes: &[u8], most: usize) -> (String, String) {
    let mut streams: HashMap<u8, Vec<u8>> = HashMap::new();
    while let Some((head, rest)) = bytes.split_first_chunk::<8>() {
        let length = usize::try_from(u32::from_be_bytes([head[4], head[5], head[6], head[7]])).unwrap_or(usize::MAX);
        let (chunk, rest) = rest.split_at(length.min(rest.len()));
        streams.entry(head[0]).or_default().extend_from_slice(chunk);
        bytes = rest;
    }
    let mut text = |stream: u8| {
        let all = streams.remove(&stream).unwrap_or_default();
        String::from_utf8_lossy(&all[all.len().saturating_sub(most)..]).into_owned()
    };
    (text(1), text(2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_is_told_apart() {
        let frame = |stream: u8, text: &str| {
            let length = u32::try_from(text.len()).unwrap().to_be_bytes();
            [&[stream, 0, 0, 0][..], &length, text.as_bytes()].concat()
        };
        let bytes = [frame(1, "out"), frame(2, "err"), frame(1, "put")].concat();
        assert_eq!(demultiplex(&bytes, 100), ("output".to_owned(), "err".to_owned()));
        assert_eq!(demultiplex(&bytes, 2), ("ut".to_owned(), "rr".to_owned()));
        // A forged length takes what there is.
        assert_eq!(demultiplex(&[1, 0, 0, 0, 255, 255, 255, 255, b'x'], 9), ("x".to_owned(), String::new()));
        assert_eq!(demultiplex(&[1, 2, 3], 9), (String::new(), String::new()));
    }
}
