//! The editor's files, and the ports that the learner's containers serve.
//! Invariant: a path names something below the working folder; the sandbox resolves links within itself.

use app::api::{FileEntry, FileKind, Port};
use axum::{
    Json,
    body::Bytes,
    extract::{Path, State as Shared},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use domain::id::LeaseId;
use sandbox::{FileContent, FileMeta, Sandbox, WORK_DIR};

use super::{error::Error, who::Learner};
use crate::state::State;

/// The editor opens files up to this size.
const MOST_BYTES: u64 = 1024 * 1024;

async fn sandbox_of(state: &State, learner: &domain::id::LearnerId, id: &LeaseId) -> Result<Sandbox, Error> {
    let row = state.leases.of(learner, id).await?;
    Ok(state.leases.sandbox(&row)?)
}

/// The absolute path of a file of the working folder.
fn absolute(path: &str) -> Result<String, Error> {
    let fine = !path.is_empty()
        && path.len() <= 1024
        && path.split('/').all(|part| !part.is_empty() && part != "." && part != "..")
        && !path.contains(['\0', '\n']);
    if fine {
        Ok(format!("{WORK_DIR}/{path}"))
    } else {
        Err(Error::invalid("This is not the path of a file below the working folder."))
    }
}

fn etag(facts: &FileMeta) -> String {
    format!("\"{:x}-{:x}\"", facts.modified_ms, facts.size)
}

/// `GET /api/leases/{id}/files`
pub(super) async fn list(
    Shared(state): Shared<State>,
    Learner(learner): Learner,
    Path(id): Path<LeaseId>,
) -> Result<Json<Vec<FileEntry>>, Error> {
    let (found, _) = sandbox_of(&state, &learner, &id).await?.tree(WORK_DIR, 1000).await?;
    let entries = found.into_iter().filter_map(|facts| {
        let kind = match facts.kind {
            sandbox::FileKind::File => FileKind::File,
            sandbox::FileKind::Dir => FileKind::Dir,
            _ => return None,
        };
        Some(FileEntry { path: facts.path, kind, size: facts.size, mode: facts.mode })
    });
    Ok(Json(entries.collect()))
}

/// `GET /api/leases/{id}/files/{path}`
pub(super) async fn read(
    Shared(state): Shared<State>,
    Learner(learner): Learner,
    Path((id, path)): Path<(LeaseId, String)>,
) -> Result<Response, Error> {
    let path = absolute(&path)?;
    let (facts, bytes) = sandbox_of(&state, &learner, &id).await?.get_file(&path, MOST_BYTES).await?;
    // Never a type that a browser would run: it came out of a sandbox.
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (header::CONTENT_DISPOSITION, "attachment".to_owned()),
        (header::CACHE_CONTROL, "no-store".to_owned()),
        (header::ETAG, etag(&facts)),
    ];
    Ok((headers, bytes).into_response())
}

/// `PUT /api/leases/{id}/files/{path}`
pub(super) async fn write(
    Shared(state): Shared<State>,
    Learner(learner): Learner,
    Path((id, path)): Path<(LeaseId, String)>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, Error> {
    let path = absolute(&path)?;
    let sandbox = sandbox_of(&state, &learner, &id).await?;
    let before = match sandbox.stat(&path).await {
        Ok(facts) => Some(facts),
        Err(sandbox::SandboxError::Refused { refusal: sandbox::Refusal::NotFound, .. }) => None,
        Err(error) => return Err(error.into()),
    };
    if let Some(wanted) = headers.get(header::IF_MATCH)
        && before.as_ref().map(etag).is_none_or(|now| now.as_bytes() != wanted.as_bytes())
    {
        let detail = "This file was changed in the sandbox since it was opened.";
        let next = "Load it again, or save yours over it.";
        return Err(Error::new(StatusCode::PRECONDITION_FAILED, "changed", detail, next));
    }
    if headers.get(header::IF_NONE_MATCH).is_some_and(|wanted| wanted == "*") && before.is_some() {
        let detail = "There is a file of that name already.";
        return Err(Error::new(StatusCode::PRECONDITION_FAILED, "exists", detail, "Choose another name, or open it."));
    }
    let mode = before.map_or(0o644, |facts| facts.mode);
    sandbox.put_files(&[FileContent { path: path.clone(), mode, bytes, modified: None }]).await?;
    let facts = sandbox.stat(&path).await?;
    Ok((StatusCode::NO_CONTENT, [(header::ETAG, etag(&facts))]).into_response())
}

/// `DELETE /api/leases/{id}/files/{path}`
pub(super) async fn remove(
    Shared(state): Shared<State>,
    Learner(learner): Learner,
    Path((id, path)): Path<(LeaseId, String)>,
) -> Result<StatusCode, Error> {
    let path = absolute(&path)?;
    sandbox_of(&state, &learner, &id).await?.remove(&path).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /api/leases/{id}/ports`
pub(super) async fn ports(
    Shared(state): Shared<State>,
    Learner(learner): Learner,
    Path(id): Path<LeaseId>,
) -> Result<Json<Vec<Port>>, Error> {
    let row = state.leases.of(&learner, &id).await?;
    let ports = state.leases.sandbox(&row)?.ports().await?;
    let view = state.leases.view(&row).await?;
    let ports = ports.into_iter().filter_map(|listening| {
        let url = view.preview.as_ref()?.url(listening.port);
        Some(Port { port: listening.port, process: None, container: None, url })
    });
    Ok(Json(ports.collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_below_the_working_folder() {
        assert_eq!(absolute("app/Dockerfile").ok().as_deref(), Some("/root/work/app/Dockerfile"));
        for bad in ["", "/etc/passwd", "../x", "a/../b", "a//b", "./a", "a\0b", "a/"] {
            assert!(absolute(bad).is_err(), "{bad:?}");
        }
    }
}
