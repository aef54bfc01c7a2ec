//! Running an image and waiting for its end. The container is removed whatever happens.

use std::time::Duration;

use sandbox::{EngineRequest, Limits, Sandbox, SandboxError};
use serde_json::{Value, json};

use super::{Look, ProbeError, body, container, escape, logs, message, post};
use crate::random;

/// The engine's log of a container that has ended is whole by then, and is looked at so often until then.
const LATE: Duration = Duration::from_millis(1500);
const LOOKS: u32 = 6;
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

pub(super) async fn look(sandbox: &Sandbox, wanted: &Wanted<'_>) -> Result<Look, ProbeError> {
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

async fn follow(sandbox: &Sandbox, id: &str, limit: Duration) -> Result<Look, ProbeError> {
    if let Err(error) = start(sandbox, id).await? {
        return Ok(Look::seen(
            json!({"created": true, "error": error, "exit_code": 127, "stdout": "", "stderr": "", "timed_out": false}),
        ));
    }
    let waited = match post(sandbox, format!("/containers/{}/wait", escape(id)), &json!({}), limit).await {
        Ok(answer) if answer.status.is_success() => Waited::ToTheEnd,
        Ok(answer) => return Err(ProbeError::answer("wait for a container", &answer)),
        Err(SandboxError::Slow { .. }) => Waited::LongEnough,
        Err(error) => return Err(error.into()),
    };
    // Before its output: what has ended says no more.
    let Some(document) = container::inspect(sandbox, id).await? else {
        return Err(ProbeError::Gone);
    };
    let (mut stdout, mut stderr) = logs::read(sandbox, id).await?.unwrap_or_default();
    for _ in 0..LOOKS {
        if container::runs(&document) || !stdout.is_empty() || !stderr.is_empty() {
            break;
        }
        // On a busy host the engine may be late with what a short program has put out.
        tokio::time::sleep(LATE / LOOKS).await;
        (stdout, stderr) = logs::read(sandbox, id).await?.unwrap_or_default();
    }
    let mut facts = ending(waited, &document);
    facts["stdout"] = Value::String(stdout);
    facts["stderr"] = Value::String(stderr);
    Ok(Look::seen(facts))
}

/// How the waiting for a container went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Waited {
    ToTheEnd,
    LongEnough,
}

/// How it ended, if it did. It may have ended in the last moment: what its engine says afterwards counts.
fn ending(waited: Waited, document: &Value) -> Value {
    json!({
        "created": true,
        "timed_out": waited == Waited::LongEnough && container::runs(document),
        "exit_code": container::exit_code(document),
        "oom_killed": document["State"]["OOMKilled"],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_prints_and_hangs_has_not_ended() {
        let runs = json!({"State": {"Running": true, "ExitCode": 0, "OOMKilled": false}});
        let facts = ending(Waited::LongEnough, &runs);
        assert_eq!((&facts["timed_out"], &facts["exit_code"]), (&json!(true), &Value::Null));
        // An engine that says of a running one that it has ended.
        assert_eq!(ending(Waited::ToTheEnd, &runs)["exit_code"], Value::Null);
    }

    #[test]
    fn a_program_that_ended_in_the_last_moment_has_ended() {
        let ended = json!({"State": {"Running": false, "ExitCode": 3, "OOMKilled": true}});
        for waited in [Waited::LongEnough, Waited::ToTheEnd] {
            let facts = ending(waited, &ended);
            assert_eq!(facts, json!({"created": true, "timed_out": false, "exit_code": 3, "oom_killed": true}));
        }
    }
}
