//! Built files of the pages and images of chapters: named by their content, kept by browsers for good.

use axum::{
    Json,
    extract::{Path, Query, State as Shared},
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use serde::Deserialize;
use tower_http::services::ServeDir;

use crate::state::State;

const FOR_GOOD: &str = "public, max-age=31536000, immutable";

/// The folder of built files; compressed siblings are preferred.
pub(super) fn folder(site: &std::path::Path) -> ServeDir {
    ServeDir::new(site.join("assets")).precompressed_br().precompressed_gzip()
}

/// Marks built files as lasting.
pub(super) async fn keep(request: axum::extract::Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    if response.status().is_success() {
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(FOR_GOOD));
    }
    response
}

/// `GET /worker.js`: the service worker, at the root so that it may keep every page; its built file has another name.
pub(super) async fn worker(Shared(state): Shared<State>) -> Response {
    let name = state.site.assets.url("worker.js");
    let file = state.config.site.join(name.trim_start_matches('/'));
    match tokio::fs::read(&file).await {
        Ok(script) => {
            let headers = [(header::CONTENT_TYPE, "text/javascript"), (header::CACHE_CONTROL, "no-cache")];
            (headers, script).into_response()
        }
        Err(error) => {
            tracing::error!(file = %file.display(), %error, "the service worker cannot be read");
            StatusCode::NOT_FOUND.into_response()
        }
    }
}

/// `GET /api/book`: the pages that are worth keeping for reading without a network.
pub(super) async fn book(Shared(state): Shared<State>) -> Json<serde_json::Value> {
    let shelf = state.content.shelf();
    let lists = app::STANDING.map(str::to_owned);
    let chapters = shelf.library.chapters().iter().map(|chapter| chapter.url());
    let groups = shelf.library.groups().iter().map(|group| group.url());
    let pages: Vec<String> = lists.into_iter().chain(chapters).chain(groups).collect();
    Json(serde_json::json!({ "pages": pages }))
}

/// The version of an image that a page asks for.
#[derive(Debug, Deserialize)]
pub(super) struct Version {
    v: Option<String>,
}

/// `GET /images/{path}`
pub(super) async fn image(
    Shared(state): Shared<State>,
    Path(path): Path<String>,
    Query(version): Query<Version>,
) -> Response {
    let shelf = state.content.shelf();
    let Some(image) = shelf.library.image(&path) else { return StatusCode::NOT_FOUND.into_response() };
    let cache = if version.v.as_deref() == Some(image.digest.as_str()) { FOR_GOOD } else { "no-cache" };
    let headers = [
        (header::CONTENT_TYPE, image.kind.media_type().to_owned()),
        (header::CACHE_CONTROL, cache.to_owned()),
        (header::ETAG, format!("\"{}\"", image.digest)),
        // Drawings are checked to be inert when loaded; this keeps them so when opened by themselves.
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'; sandbox".to_owned()),
    ];
    (headers, image.bytes.clone()).into_response()
}
