//! A container, as its engine's `inspect` tells it.

use std::time::Duration;

use http::StatusCode;
use sandbox::{Sandbox, SandboxError};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{Look, body, escape, get, message};

pub(super) async fn look(sandbox: &Sandbox, container: &str, settle_seconds: u32) -> Result<Look, SandboxError> {
    let deadline = Instant::now() + Duration::from_secs(u64::from(settle_seconds.min(60)));
    loop {
        let mut document = match inspect(sandbox, container).await? {
            Ok(document) => document,
            Err(look) => return Ok(look),
        };
        if health(&document) == Some("starting") && Instant::now() < deadline {
            tokio::time::sleep(Duration::from_millis(300)).await;
            continue;
        }
        document["present"] = Value::Bool(true);
        return Ok(Look::seen(document));
    }
}

/// The inspect document, or what to say when there is none.
pub(super) async fn inspect(sandbox: &Sandbox, container: &str) -> Result<Result<Value, Look>, SandboxError> {
    let answer = get(sandbox, format!("/containers/{}/json", escape(container))).await?;
    Ok(match answer.status {
        StatusCode::OK => match body(&answer) {
            document @ Value::Object(_) => Ok(document),
            _ => Err(Look::could_not("the sandbox's engine gave no proper answer".to_owned())),
        },
        StatusCode::NOT_FOUND => Err(Look::seen(json!({"present": false}))),
        _ => Err(Look::could_not(message(&answer))),
    })
}

pub(super) fn health(document: &Value) -> Option<&str> {
    document.pointer("/State/Health/Status").and_then(Value::as_str)
}
