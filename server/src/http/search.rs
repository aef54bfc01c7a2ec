//! Search and health.

use std::time::Instant;

use app::api::{HitKind, LONGEST_QUERY};
use axum::{
    Json,
    extract::{Query, State as Shared},
    http::{HeaderName, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;

use super::error::Error;
use crate::{pages, state::State};

const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");

/// The hits of an answer that asks for no number.
const USUAL: usize = 20;
/// The most hits of one answer.
const MOST: usize = 50;

/// What is searched.
#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    q: String,
    kind: Option<String>,
    limit: Option<usize>,
}

/// `GET /api/search?q=&kind=&limit=`: hits, best first, and how many there are of each kind; never an error for any text.
/// `Server-Timing` tells how long the search itself took, in milliseconds.
pub(super) async fn search(Shared(state): Shared<State>, Query(asked): Query<Asked>) -> Result<Response, Error> {
    let began = Instant::now();
    let text: String = asked.q.chars().take(LONGEST_QUERY).collect();
    let unknown = |name: &str| Error::invalid(format!("kind={name}: it must be {}.", HitKind::names()));
    let parse = |name: &str| HitKind::parse(name).ok_or_else(|| unknown(name));
    let kind = asked.kind.as_deref().filter(|name| !name.is_empty()).map(parse).transpose()?;
    let limit = asked.limit.unwrap_or(USUAL).min(MOST);
    let found = pages::search::results(&state.content.shelf().index, text.trim(), kind, limit);
    let timing = format!("search;dur={:.3}", began.elapsed().as_secs_f64() * 1000.0);
    let headers = [(header::CACHE_CONTROL, "no-cache".to_owned()), (SERVER_TIMING, timing)];
    Ok((headers, Json(found)).into_response())
}

/// `GET /healthz`: whether database and engine answer.
pub(super) async fn health(Shared(state): Shared<State>) -> Response {
    let engine = state.leases.engine_answers().await;
    let (database, living) = match state.store.living_leases().await {
        Ok(leases) => (true, leases.len()),
        Err(_) => (false, 0),
    };
    let (ok, status) =
        if engine && database { (true, StatusCode::OK) } else { (false, StatusCode::SERVICE_UNAVAILABLE) };
    let told = serde_json::json!({"ok": ok, "database": database, "engine": engine, "sandboxes": living});
    (status, Json(told)).into_response()
}
