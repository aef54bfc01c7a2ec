//! Search and health.

use app::api::{HitKind, LONGEST_QUERY, SearchHit};
use axum::{
    Json,
    extract::{Query, State as Shared},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;

use crate::{pages, state::State};

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

/// `GET /api/search?q=&kind=&limit=`: hits, best first; never an error for any text.
pub(super) async fn search(Shared(state): Shared<State>, Query(asked): Query<Asked>) -> Response {
    let text: String = asked.q.chars().take(LONGEST_QUERY).collect();
    let kind = asked.kind.as_deref().and_then(HitKind::parse).and_then(pages::search::filter);
    let found = state.content.shelf().index.search(text.trim(), kind, asked.limit.unwrap_or(20).min(MOST));
    let hits: Vec<SearchHit> = found.hits.into_iter().map(pages::search::hit).collect();
    ([(header::CACHE_CONTROL, "no-cache")], Json(hits)).into_response()
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
