//! What a container has put out.

use sandbox::{EngineRequest, Limits, Sandbox, SandboxError};
use serde_json::json;

use super::{Look, demultiplex, escape};

/// Bytes kept of each stream.
pub(super) const MOST: usize = 64 * 1024;

pub(super) async fn look(sandbox: &Sandbox, container: &str) -> Result<Look, SandboxError> {
    Ok(match read(sandbox, container).await? {
        Some((stdout, stderr)) => Look::seen(json!({"present": true, "stdout": stdout, "stderr": stderr})),
        None => Look::seen(json!({"present": false})),
    })
}

/// The end of both streams; `None` when there is no such container.
pub(super) async fn read(sandbox: &Sandbox, container: &str) -> Result<Option<(String, String)>, SandboxError> {
    let path = format!("/containers/{}/logs?stdout=1&stderr=1&tail=2000", escape(container));
    let answer = sandbox.engine_request(EngineRequest::get(path), Limits::default()).await?;
    Ok(answer.status.is_success().then(|| demultiplex(&answer.body, MOST)))
}
