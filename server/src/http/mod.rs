//! All that is answered over HTTP: `router` below is the whole public surface, one route a line.

use std::sync::Arc;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware::{from_fn, from_fn_with_state, map_response},
    routing::{get, post},
};
use tower_http::{catch_panic::CatchPanicLayer, compression::CompressionLayer, trace::TraceLayer};

use crate::state::State;

mod assets;
mod attempts;
mod audience;
mod base;
mod error;
mod feedback;
mod files;
mod guard;
mod leases;
mod openapi;
mod press;
mod preview;
mod search;
mod socket;
mod who;

pub use audience::Audiences;

/// The largest body: a file of the editor.
const LARGEST_BODY: usize = 2 * 1024 * 1024;

/// Everything that this server answers.
pub fn router(state: State) -> Router {
    let api = Router::new()
        .route("/search", get(search::search))
        .route("/book", get(assets::book))
        .route("/openapi.json", get(openapi::document))
        .route("/feedback", post(feedback::say))
        .route("/leases", post(leases::open))
        .route("/leases/{id}", get(leases::look).delete(leases::end))
        .route("/leases/{id}/events", get(leases::events))
        .route("/leases/{id}/extend", post(leases::extend))
        .route("/leases/{id}/reset", post(leases::reset))
        .route("/leases/{id}/fixtures/{entry}", post(leases::lay))
        .route("/leases/{id}/socket", get(socket::socket))
        .route("/leases/{id}/ports", get(files::ports))
        .route("/leases/{id}/files", get(files::list))
        .route("/leases/{id}/files/{*path}", get(files::read).put(files::write).delete(files::remove))
        .route("/leases/{id}/attempts", post(attempts::begin))
        .route("/attempts/{id}", get(attempts::look))
        .route("/attempts/{id}/back", post(attempts::back))
        .route("/attempts/{id}/events", get(attempts::events))
        .route("/exercises/{id}/attempts", get(attempts::list))
        .route("/exercises/{id}/hints", post(attempts::hint))
        .route("/exercises/{id}/solution", post(attempts::solution))
        .fallback(async || error::Error::not_found("The API has no such place."))
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(map_response(error::in_our_form));
    let assets = Router::new().fallback_service(assets::folder(&state.config.site)).layer(from_fn(assets::keep));
    let press = Arc::new(press::Press::new(state.clone()));
    let pages = app::router(state.site.clone()).layer(from_fn_with_state(Arc::clone(&press), press::print));
    let own = Router::new()
        .route("/healthz", get(search::health))
        .route("/worker.js", get(assets::worker))
        .route("/feedback", post(feedback::say_by_form))
        .route("/images/{*path}", get(assets::image))
        .nest("/api", api)
        .nest("/assets", assets)
        .with_state(state.clone())
        .merge(pages)
        .layer(from_fn_with_state(state.clone(), who::recognise))
        .layer(from_fn_with_state(state.clone(), guard::same_origin))
        .layer(from_fn_with_state(guard::policy(&state), guard::harden));
    // A router in a router is shared; layers are copied for every request, with all that is in them.
    let own = Router::new()
        .fallback_service(own)
        .layer(from_fn_with_state(press, press::keep))
        .layer(CompressionLayer::new());
    let own = base::below(own, &state.site.base);
    // Previews are taken out before anything of the site sees the request.
    let previews = Arc::new(preview::Previews::new(state));
    own.layer(from_fn_with_state(previews, preview::take))
        .layer(CatchPanicLayer::new())
        .layer(TraceLayer::new_for_http())
}
