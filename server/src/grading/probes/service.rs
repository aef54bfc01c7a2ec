//! Running an image as a service: its health, before and after something happens inside, and how it stops.

use std::time::Duration;

use sandbox::{Sandbox, SandboxError};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{
    Look, body, container, demultiplex, escape, get, logs, post,
    run::{create, remove, start},
};

const PAUSE: Duration = Duration::from_millis(500);
/// One command inside, or a stop.
const COMMAND: Duration = Duration::from_secs(20);

pub(super) struct Wanted<'a> {
    pub(super) image: &'a str,
    pub(super) binds: &'a [String],
    pub(super) env: &'a [String],
    pub(super) settle: Duration,
    pub(super) execs: &'a [Vec<String>],
    pub(super) then: Duration,
    pub(super) stop: bool,
}

pub(super) async fn look(sandbox: &Sandbox, wanted: &Wanted<'_>) -> Result<Look, SandboxError> {
    let document = json!({"Image": wanted.image, "Env": wanted.env, "HostConfig": {"Binds": wanted.binds}});
    let id = match create(sandbox, &document).await? {
        Ok(id) => id,
        Err(error) => return Ok(Look::seen(json!({"created": false, "error": error}))),
    };
    let looked = follow(sandbox, &id, wanted).await;
    remove(sandbox, &id).await;
    looked
}

async fn follow(sandbox: &Sandbox, id: &str, wanted: &Wanted<'_>) -> Result<Look, SandboxError> {
    if let Err(error) = start(sandbox, id).await? {
        return Ok(Look::seen(json!({"created": true, "error": error, "running": false, "health": []})));
    }
    let (history, running) = settle(sandbox, id, wanted.settle).await?;
    let mut seen = json!({"created": true, "health": history, "running": running});
    let mut execs = Vec::new();
    for command in wanted.execs {
        execs.push(exec(sandbox, id, command).await?);
    }
    if !wanted.execs.is_empty() {
        let before = history.last().cloned().unwrap_or_default();
        seen["health_after"] = json!(wait_for_change(sandbox, id, &before, wanted.then).await?);
    }
    seen["execs"] = Value::Array(execs);
    if wanted.stop {
        let began = Instant::now();
        post(sandbox, format!("/containers/{}/stop", escape(id)), &json!({}), COMMAND).await?;
        seen["stop_seconds"] = json!(began.elapsed().as_secs_f64());
    }
    if let Ok(document) = container::inspect(sandbox, id).await? {
        seen["exit_code"] = document["State"]["ExitCode"].clone();
    }
    Ok(Look::seen(seen))
}

/// The states that its health went through until it is known, and whether it runs.
async fn settle(sandbox: &Sandbox, id: &str, limit: Duration) -> Result<(Vec<String>, bool), SandboxError> {
    let deadline = Instant::now() + limit;
    let mut history: Vec<String> = Vec::new();
    loop {
        let (health, running) = state(sandbox, id).await?;
        if history.last() != Some(&health) {
            history.push(health.clone());
        }
        let known = matches!(health.as_str(), "healthy" | "unhealthy");
        if known || !running || Instant::now() >= deadline {
            return Ok((history, running));
        }
        // Without a health check there is nothing more to wait for than a first second alive.
        if health == "none" && deadline.saturating_duration_since(Instant::now()) + Duration::from_secs(1) < limit {
            return Ok((history, running));
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn wait_for_change(sandbox: &Sandbox, id: &str, before: &str, limit: Duration) -> Result<String, SandboxError> {
    let deadline = Instant::now() + limit;
    loop {
        let (health, running) = state(sandbox, id).await?;
        if health != before || !running || Instant::now() >= deadline {
            return Ok(health);
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn state(sandbox: &Sandbox, id: &str) -> Result<(String, bool), SandboxError> {
    Ok(match container::inspect(sandbox, id).await? {
        Ok(document) => {
            let health = container::health(&document).unwrap_or("none").to_owned();
            (health, document["State"]["Running"] == Value::Bool(true))
        }
        Err(_) => ("none".to_owned(), false),
    })
}

async fn exec(sandbox: &Sandbox, id: &str, command: &[String]) -> Result<Value, SandboxError> {
    let document = json!({"AttachStdout": true, "AttachStderr": true, "User": "0", "Cmd": command});
    let answer = post(sandbox, format!("/containers/{}/exec", escape(id)), &document, COMMAND).await?;
    let Some(exec) = body(&answer).get("Id").and_then(Value::as_str).map(str::to_owned) else {
        return Ok(json!({"exit_code": -1, "stdout": "", "stderr": super::message(&answer)}));
    };
    let document = json!({"Detach": false, "Tty": false});
    let answer = post(sandbox, format!("/exec/{}/start", escape(&exec)), &document, COMMAND).await?;
    let (stdout, stderr) = demultiplex(&answer.body, logs::MOST);
    let state = body(&get(sandbox, format!("/exec/{}/json", escape(&exec))).await?);
    Ok(json!({"exit_code": state["ExitCode"], "stdout": stdout, "stderr": stderr}))
}
