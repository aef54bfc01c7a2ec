//! Shows the pages with made-up content: `cargo run -p app --example preview --features ssr -- [assets folder]`.
//! Invariant: it listens on loopback only. `?as=somebody` shows the pages to a visitor who has done things.
#![expect(
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    reason = "a tool for developers; it may stop at the first fault"
)]

mod fixture;
mod pretend;

use std::{path::PathBuf, sync::Arc};

use app::{Assets, Base, Site};
use axum::{
    Router,
    extract::{Path, Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::get,
};

#[tokio::main]
async fn main() {
    let folder = PathBuf::from(std::env::args().nth(1).unwrap_or_else(|| "target/site".into()));
    let manifest = std::fs::read_to_string(folder.join("manifest.json")).unwrap();
    let assets: Assets = serde_json::from_str(&manifest).unwrap();
    let site =
        Site { backend: Arc::new(fixture::Fixture), assets: Arc::new(assets), public_url: None, base: Base::default() };
    let files = Router::new().route("/assets/{name}", get(asset)).with_state(folder);
    let router = app::router(site).merge(files).merge(pretend::router()).layer(middleware::from_fn(dress));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8123").await.unwrap();
    axum::serve(listener, router).await.unwrap();
}

async fn asset(State(folder): State<PathBuf>, Path(name): Path<String>) -> Response {
    let media_type = match name.rsplit('.').next().unwrap_or_default() {
        "css" => "text/css",
        "js" => "text/javascript",
        "svg" => "image/svg+xml",
        "wasm" => "application/wasm",
        "woff2" => "font/woff2",
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    match std::fs::read(folder.join("assets").join(&name)) {
        Ok(bytes) => ([(header::CONTENT_TYPE, media_type)], bytes).into_response(),
        Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}

/// The policy on every answer, and the visitor that the address asks for.
async fn dress(mut request: Request, next: Next) -> Response {
    if request.uri().query().is_some_and(|query| query.contains("as=somebody")) {
        request.extensions_mut().insert(fixture::somebody());
    }
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    if host.contains("-pretend.") {
        return ([(header::CONTENT_TYPE, "text/html")], "<h1>It serves</h1><p>What a container answers.</p>")
            .into_response();
    }
    let mut response = next.run(request).await;
    let policy = HeaderValue::from_str(&app::content_security_policy(&["http://*.localhost:8123"])).unwrap();
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    response
}
