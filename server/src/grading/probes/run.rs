//! Running an image and waiting for its end. The container is removed whatever happens.

use std::time::Duration;

use sandbox::{EngineRequest, Limits, Sandbox, SandboxError};
use serde_json::{Value, json};

use super::{Look, body, container, escape, logs, message, post};
use crate::random;

/// To create, start or remove a container.
const PATIENCE: Duration = Duration::from_secs(20);

pub(super) struct Wanted<'a> {
    pub(super) image: &'a str,
    pub(super) args: Option<&'a [String]>,
    pub(super) entrypoint: Option<&'a [String]>,
    pub(super) env: &'a [String],
    pub(super) user: Option<&'a str>,
    pub(super) binds: &'a [String],
    pub(super) read_only: bool,
    pub(super) limit: Duration,
}

pub(super) async fn look(sandbox: &Sandbox, wanted: &Wanted<'_>) -> Result<Look, SandboxError> {
    let mut document = json!({
        "Image": wanted.image, "Env": wanted.env,
        "HostConfig": {"Binds": wanted.binds, "ReadonlyRootfs": wanted.read_only},
    });
    if let Some(args) = wanted.args {
        document["Cmd"] = json!(args);
    }
    if let Some(entrypoint) = wanted.entrypoint {
        document["Entrypoint"] = json!(entrypoint);
    }
    if let Some(user) = wanted.user {
        document["User"] = json!(user);
    }
    let id = match create(sandbox, &document).await? {
        Ok(id) => id,
        Err(error) => return Ok(Look::seen(json!({"created": false, "error": error}))),
    };
    let looked = follow(sandbox, &id, wanted.limit).await;
    remove(sandbox, &id).await;
    looked
}

/// Create a container: its id, or what the engine says.
pub(super) async fn create(sandbox: &Sandbox, document: &Value) -> Result<Result<String, String>, SandboxError> {
    let path = format!("/containers/create?name=check-{}", random::nonce());
    let answer = post(sandbox, path, document, PATIENCE).await?;
    let id = body(&answer).get("Id").and_then(Value::as_str).map(str::to_owned);
    Ok(match id {
        Some(id) if answer.status.is_success() => Ok(id),
        _ => Err(message(&answer)),
    })
}

/// Start a container: what the engine says when it cannot.
pub(super) async fn start(sandbox: &Sandbox, id: &str) -> Result<Result<(), String>, SandboxError> {
    let answer = post(sandbox, format!("/containers/{}/start", escape(id)), &json!({}), PATIENCE).await?;
    Ok(if answer.status.is_success() { Ok(()) } else { Err(message(&answer)) })
}

pub(super) async fn remove(sandbox: &Sandbox, id: &str) {
    let request = EngineRequest::delete(format!("/containers/{}?force=1&v=1", escape(id)));
    let limits = Limits { time: PATIENCE, ..Limits::default() };
    if let Err(error) = sandbox.engine_request(request, limits).await {
        tracing::debug!(%error, "a checked container stays in its sandbox");
    }
}

async fn follow(sandbox: &Sandbox, id: &str, limit: Duration) -> Result<Look, SandboxError> {
    if let Err(error) = start(sandbox, id).await? {
        return Ok(Look::seen(
            json!({"created": true, "error": error, "exit_code": 127, "stdout": "", "stderr": "", "timed_out": false}),
        ));
    }
    let wait = post(sandbox, format!("/containers/{}/wait", escape(id)), &json!({}), limit).await;
    let timed_out = match wait {
        Ok(_) => false,
        Err(SandboxError::Slow { .. }) => true,
        Err(error) => return Err(error),
    };
    let (stdout, stderr) = logs::read(sandbox, id).await?.unwrap_or_default();
    let state = match container::inspect(sandbox, id).await? {
        Ok(document) => document["State"].clone(),
        Err(look) => return Ok(look),
    };
    Ok(Look::seen(json!({
        "created": true, "timed_out": timed_out, "stdout": stdout, "stderr": stderr,
        "exit_code": state["ExitCode"], "oom_killed": state["OOMKilled"],
    })))
}
