//! A container, as its engine's `inspect` tells it.

use std::time::Duration;

use http::StatusCode;
use sandbox::Sandbox;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{Look, ProbeError, body, escape, get};

pub(super) async fn look(sandbox: &Sandbox, container: &str, settle_seconds: u32) -> Result<Look, ProbeError> {
    let deadline = Instant::now() + Duration::from_secs(u64::from(settle_seconds.min(60)));
    loop {
        let Some(mut document) = inspect(sandbox, container).await? else {
            return Ok(Look::seen(json!({"present": false})));
        };
        if health(&document) == Some("starting") && Instant::now() < deadline {
            tokio::time::sleep(Duration::from_millis(300)).await;
            continue;
        }
        document["present"] = Value::Bool(true);
        return Ok(Look::seen(document));
    }
}

/// The inspect document; `None` when there is no such container.
pub(super) async fn inspect(sandbox: &Sandbox, container: &str) -> Result<Option<Value>, ProbeError> {
    let answer = get(sandbox, format!("/containers/{}/json", escape(container))).await?;
    match (answer.status, body(&answer)) {
        (StatusCode::OK, document @ Value::Object(_)) => Ok(Some(document)),
        (StatusCode::NOT_FOUND, _) => Ok(None),
        _ => Err(ProbeError::answer("tell about a container", &answer)),
    }
}

pub(super) fn health(document: &Value) -> Option<&str> {
    document.pointer("/State/Health/Status").and_then(Value::as_str)
}

/// Whether it runs.
pub(super) fn runs(document: &Value) -> bool {
    document.pointer("/State/Running") == Some(&Value::Bool(true))
}

/// With which code it ended. The engine tells 0 of one that runs.
pub(super) fn exit_code(document: &Value) -> Value {
    if runs(document) {
        return Value::Null;
    }
    document.pointer("/State/ExitCode").cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_runs_has_no_exit_code() {
        let document = |running: bool, code: i32| json!({"State": {"Running": running, "ExitCode": code}});
        assert_eq!(exit_code(&document(true, 0)), Value::Null);
        assert_eq!(exit_code(&document(false, 0)), json!(0));
        assert_eq!(exit_code(&document(false, 137)), json!(137));
        assert_eq!(exit_code(&json!({})), Value::Null);
    }
}
