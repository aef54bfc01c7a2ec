//! Running an image as a service: its health, before and after something happens inside, and how it stops.

use std::time::Duration;

use http::StatusCode;
use sandbox::{EngineRequest, EngineResponse, Limits, Sandbox, SandboxError};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{
    Look, ProbeError, body, container, escape,
    output::Output,
    post,
    run::{create, remove, start},
};

const PAUSE: Duration = Duration::from_millis(500);
/// One command inside.
const COMMAND: Duration = Duration::from_secs(20);
/// A stop: ten seconds until the engine kills, and what a busy one takes to clear up behind a command that was given up.
const STOP: Duration = Duration::from_secs(40);
/// Until the engine knows of an end that it has brought about.
const NEWS: Duration = Duration::from_secs(5);
/// What a command inside may put out; the end of it is kept. Little, for one that puts out without end keeps the whole
/// sandbox busy.
const OUTPUT: Limits = Limits { bytes: 8 * 1024 * 1024, time: COMMAND };

pub(super) struct Wanted<'a> {
    pub(super) image: &'a str,
    pub(super) binds: &'a [String],
    pub(super) env: &'a [String],
    pub(super) settle: Duration,
    pub(super) execs: &'a [Vec<String>],
    pub(super) then: Duration,
    pub(super) stop: bool,
}

pub(super) async fn look(sandbox: &Sandbox, wanted: &Wanted<'_>) -> Result<Look, ProbeError> {
    let document = json!({"Image": wanted.image, "Env": wanted.env, "HostConfig": {"Binds": wanted.binds}});
    let id = match create(sandbox, &document).await? {
        Ok(id) => id,
        Err(error) => return Ok(Look::seen(json!({"created": false, "error": error}))),
    };
    let looked = follow(sandbox, &id, wanted).await;
    remove(sandbox, &id).await;
    looked
}

async fn follow(sandbox: &Sandbox, id: &str, wanted: &Wanted<'_>) -> Result<Look, ProbeError> {
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
        stopped(&post(sandbox, format!("/containers/{}/stop", escape(id)), &json!({}), STOP).await?)?;
        settled_down(sandbox, id).await?;
        seen["stop_seconds"] = json!(began.elapsed().as_secs_f64());
    }
    if let Some(document) = container::inspect(sandbox, id).await? {
        seen["exit_code"] = container::exit_code(&document);
    }
    Ok(Look::seen(seen))
}

/// Whether the engine did stop it, or found that it had ended by itself.
fn stopped(answer: &EngineResponse) -> Result<(), ProbeError> {
    if answer.status.is_success() || answer.status == StatusCode::NOT_MODIFIED {
        Ok(())
    } else {
        Err(ProbeError::answer("stop a container", answer))
    }
}

/// Wait until the engine knows that a stopped container has ended: it may be told so before.
async fn settled_down(sandbox: &Sandbox, id: &str) -> Result<(), ProbeError> {
    let deadline = Instant::now() + NEWS;
    while state(sandbox, id).await?.1 && Instant::now() < deadline {
        tokio::time::sleep(PAUSE).await;
    }
    Ok(())
}

/// The states that its health went through until it is known, and whether it runs.
async fn settle(sandbox: &Sandbox, id: &str, limit: Duration) -> Result<(Vec<String>, bool), ProbeError> {
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

async fn wait_for_change(sandbox: &Sandbox, id: &str, before: &str, limit: Duration) -> Result<String, ProbeError> {
    let deadline = Instant::now() + limit;
    loop {
        let (health, running) = state(sandbox, id).await?;
        if health != before || !running || Instant::now() >= deadline {
            return Ok(health);
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn state(sandbox: &Sandbox, id: &str) -> Result<(String, bool), ProbeError> {
    Ok(match container::inspect(sandbox, id).await? {
        Some(document) => (container::health(&document).unwrap_or("none").to_owned(), container::runs(&document)),
        None => ("none".to_owned(), false),
    })
}

async fn exec(sandbox: &Sandbox, id: &str, command: &[String]) -> Result<Value, ProbeError> {
    let document = json!({"AttachStdout": true, "AttachStderr": true, "User": "0", "Cmd": command});
    let answer = post(sandbox, format!("/containers/{}/exec", escape(id)), &document, COMMAND).await?;
    let Some(exec) = body(&answer).get("Id").and_then(Value::as_str).map(str::to_owned) else {
        return Ok(json!({"exit_code": -1, "stdout": "", "stderr": super::message(&answer), "timed_out": false}));
    };
    let document = json!({"Detach": false, "Tty": false});
    let request = EngineRequest::post(format!("/exec/{}/start", escape(&exec))).json(&document);
    let mut output = Output::default();
    let ended = match sandbox.engine_stream(request, OUTPUT).await {
        Ok(answer) if answer.status.is_success() => output.follow(answer).await,
        // What it could not start has an exit code, too.
        Ok(_refused) => Ok(()),
        Err(error) => Err(error),
    };
    // Its engine has to answer, else the command is not to blame.
    let request = EngineRequest::get(format!("/exec/{}/json", escape(&exec)));
    let answer = sandbox.engine_request(request, Limits { time: COMMAND, ..Limits::default() }).await?;
    if !answer.status.is_success() {
        return Err(ProbeError::answer("tell about a command", &answer));
    }
    told(ended, &output, &body(&answer))
}

/// What came of a command. One that does not end, or puts out without end, is the service's fault.
fn told(ended: Result<(), SandboxError>, output: &Output, state: &Value) -> Result<Value, ProbeError> {
    let timed_out = match ended {
        Ok(()) => false,
        Err(SandboxError::Slow { .. } | SandboxError::TooLong { .. }) => true,
        Err(error) => return Err(error.into()),
    };
    let exit_code = if timed_out { Value::Null } else { state["ExitCode"].clone() };
    let (stdout, stderr) = output.texts();
    Ok(json!({"exit_code": exit_code, "stdout": stdout, "stderr": stderr, "timed_out": timed_out}))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16) -> EngineResponse {
        let body = r#"{"message": "cannot stop it"}"#.into();
        EngineResponse { status: StatusCode::from_u16(status).unwrap(), headers: http::HeaderMap::new(), body }
    }

    #[test]
    fn a_refused_stop_is_no_stop() {
        for (status, stops) in [(204, true), (304, true), (404, false), (500, false)] {
            assert_eq!(stopped(&answer(status)).is_ok(), stops, "{status}");
        }
        let told = stopped(&answer(500)).unwrap_err().to_string();
        assert_eq!(told, "its engine could not stop a container: cannot stop it");
    }

    #[test]
    fn a_command_in_a_hung_service_is_a_fact_and_no_fault() {
        let state = json!({"Running": true, "ExitCode": null});
        for error in [SandboxError::Slow { doing: "answer" }, SandboxError::TooLong { doing: "answer", limit: 1 }] {
            let facts = told(Err(error), &Output::default(), &state).unwrap();
            assert_eq!(facts, json!({"exit_code": null, "stdout": "", "stderr": "", "timed_out": true}));
        }
        let facts = told(Ok(()), &Output::default(), &json!({"Running": false, "ExitCode": 2})).unwrap();
        assert_eq!((&facts["exit_code"], &facts["timed_out"]), (&json!(2), &json!(false)));
        let broken = SandboxError::Lost { doing: "answer", source: std::io::ErrorKind::BrokenPipe.into() };
        assert!(told(Err(broken), &Output::default(), &state).is_err());
    }
}
