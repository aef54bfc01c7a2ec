//! What a container has put out.

use std::time::Duration;

use http::StatusCode;
use sandbox::{EngineRequest, Limits, Sandbox};
use serde_json::json;

use super::{Look, ProbeError, escape, output::Output};

/// More than the 2,000 lines of 16 KiB that are asked for; of which the end is kept.
const MOST: Limits = Limits { bytes: 64 * 1024 * 1024, time: Duration::from_secs(20) };

pub(super) async fn look(sandbox: &Sandbox, container: &str) -> Result<Look, ProbeError> {
    Ok(match read(sandbox, container).await? {
        Some((stdout, stderr)) => Look::seen(json!({"present": true, "stdout": stdout, "stderr": stderr})),
        None => Look::seen(json!({"present": false})),
    })
}

/// The end of both streams; `None` when there is no such container.
pub(super) async fn read(sandbox: &Sandbox, container: &str) -> Result<Option<(String, String)>, ProbeError> {
    let path = format!("/containers/{}/logs?stdout=1&stderr=1&tail=2000", escape(container));
    let answer = sandbox.engine_stream(EngineRequest::get(path), MOST).await?;
    match answer.status {
        StatusCode::NOT_FOUND => Ok(None),
        status if status.is_success() => {
            let mut output = Output::default();
            output.follow(answer).await?;
            Ok(Some(output.texts()))
        }
        status => Err(ProbeError::status("tell a container's logs", status)),
    }
}
