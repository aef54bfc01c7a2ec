//! What a registry in the sandbox holds under a name: its tags, and what they stand for.
//! Invariant: a digest is computed from the manifest's bytes, never taken from what the registry says of them.

use std::time::Duration;

use http::StatusCode;
use sandbox::Sandbox;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::{
    Look, ProbeError, escape,
    network::{Place, Silent, place},
};

/// Tags that are followed.
const MOST_TAGS: usize = 50;
/// For all of them together.
const PATIENCE: Duration = Duration::from_secs(20);
/// Every kind of manifest as it is stored; without them a registry converts some.
const MANIFESTS: &str = "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, \
    application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.docker.distribution.manifest.v2+json";

pub(super) async fn look(
    sandbox: &Sandbox,
    port: u16,
    container: Option<&str>,
    repository: &str,
) -> Result<Look, ProbeError> {
    let held = match place(sandbox, port, container).await? {
        Ok(place) => match tokio::time::timeout(PATIENCE, holds(&place, repository)).await {
            Ok(held) => held?,
            Err(_) => Err(Silent("no answer to all questions within 20 s".to_owned())),
        },
        Err(silent) => Err(silent),
    };
    Ok(Look::seen(match held {
        Ok(digests) => {
            let tags: Vec<&String> = digests.keys().collect();
            json!({"answered": true, "tags": tags, "digests": digests})
        }
        Err(Silent(error)) => json!({"answered": false, "error": error}),
    }))
}

/// Digests by tag.
async fn holds(place: &Place<'_>, repository: &str) -> Result<Result<Map<String, Value>, Silent>, ProbeError> {
    let name = escape(repository);
    let tags = match place.get(&format!("/v2/{name}/tags/list"), "application/json").await? {
        Ok(answer) => tags(answer.status, &answer.body),
        Err(silent) => return Ok(Err(silent)),
    };
    let Some(tags) = tags else { return Ok(Err(Silent("what answers there is no registry".to_owned()))) };
    let mut digests = Map::new();
    for tag in tags {
        match place.get(&format!("/v2/{name}/manifests/{}", escape(&tag)), MANIFESTS).await? {
            Ok(answer) => drop(digests.insert(tag, digest(answer.status, &answer.body))),
            Err(silent) => return Ok(Err(silent)),
        }
    }
    Ok(Ok(digests))
}

/// The tags of an answer; `None` when no registry gives such an answer.
fn tags(status: StatusCode, body: &[u8]) -> Option<Vec<String>> {
    let document: Value = serde_json::from_slice(body).ok()?;
    match status {
        StatusCode::OK => {
            let tags = document.get("tags")?.as_array().into_iter().flatten();
            Some(tags.filter_map(Value::as_str).take(MOST_TAGS).map(str::to_owned).collect())
        }
        // A name that it does not know.
        StatusCode::NOT_FOUND => document.get("errors").map(|_| Vec::new()),
        _ => None,
    }
}

/// The digest of a manifest; null of a tag that leads to none.
fn digest(status: StatusCode, manifest: &[u8]) -> Value {
    if status != StatusCode::OK {
        return Value::Null;
    }
    let digits: String = Sha256::digest(manifest).iter().map(|byte| format!("{byte:02x}")).collect();
    Value::String(format!("sha256:{digits}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_read_of_registries_only() {
        let read = |status: u16, body: &str| tags(StatusCode::from_u16(status).unwrap(), body.as_bytes());
        assert_eq!(read(200, r#"{"name": "a", "tags": ["1", "2"]}"#).unwrap(), ["1", "2"]);
        // As a registry tells it when the last tag was removed.
        assert_eq!(read(200, r#"{"name": "a", "tags": null}"#).unwrap(), [""; 0]);
        assert_eq!(read(404, r#"{"errors": [{"code": "NAME_UNKNOWN"}]}"#).unwrap(), [""; 0]);
        for (status, body) in
            [(200, "<html>"), (200, "{}"), (404, "{}"), (404, "not found"), (401, r#"{"errors": []}"#)]
        {
            assert_eq!(read(status, body), None, "{status} {body}");
        }
        let many: Vec<String> = (0..90).map(|tag| tag.to_string()).collect();
        assert_eq!(read(200, &json!({"tags": many}).to_string()).unwrap().len(), MOST_TAGS);
    }

    #[test]
    fn a_digest_is_that_of_the_bytes() {
        let empty = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
        assert_eq!(digest(StatusCode::OK, b"{}"), empty);
        assert_eq!(digest(StatusCode::NOT_FOUND, b"{}"), Value::Null);
    }
}
