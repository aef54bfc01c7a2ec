//! Routes of the pages: ask the backend, render, answer.
//! Invariant: a page is complete before its first byte is sent, so its status is always right.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Extension, Path, Query as UrlQuery, State, rejection::QueryRejection},
    http::{HeaderName, StatusCode, Uri, header},
    response::{IntoResponse, Response},
    routing::get,
};
use domain::id::{ChapterId, ExerciseId};

use crate::{
    Assets, Backend, BackendError, Base, Query, Visitor,
    api::{HitKind, LONGEST_QUERY},
    crawlers, pages,
    shell::{Sheet, document},
};

/// How many hits the search page shows.
const HITS: usize = 40;

/// What the pages are served with.
#[derive(Clone)]
pub struct Site {
    /// Where the pages get what they show.
    pub backend: Arc<dyn Backend>,
    /// Names of the built files.
    pub assets: Arc<Assets>,
    /// The site's address where its operator has told it, e.g. `https://learn.example.org`, with the base and without a
    /// slash at its end. Links that others follow are made of it and never of what a request says, so that a page is
    /// the same for whoever asks.
    pub public_url: Option<Arc<str>>,
    /// The path below which a proxy shows it.
    pub base: Base,
}

/// All pages, and a 404 page for everything else.
pub fn router(site: Site) -> Router {
    let router = Router::new()
        .route("/", get(home))
        .route("/chapters", get(chapters))
        .route("/chapters/{id}", get(chapter))
        .route("/chapters/part/{number}", get(part))
        .route("/search", get(search))
        .route("/cheatsheet", get(cheat_sheet))
        .route("/cheatsheet/essential", get(essential))
        .route("/cheatsheet/whole", get(whole_sheet))
        .route("/cheatsheet/{group}", get(entry_group))
        .route("/exercises", get(exercises))
        .route("/exercises/{id}", get(exercise))
        .route("/progress", get(progress))
        .route("/opensearch.xml", get(open_search))
        .route("/manifest.webmanifest", get(manifest))
        .route("/robots.txt", get(robots))
        .route("/sitemap.xml", get(sitemap))
        .fallback(lost);
    // For those who change the look; a release has no such page.
    #[cfg(debug_assertions)]
    let router = router.route("/design", get(async |State(site): State<Site>| answer(&site, pages::design::page())));
    router.with_state(site)
}

/// An error page in the site's look, for errors that arise outside the pages.
#[must_use]
pub fn error_page(site: &Site, status: StatusCode, title: &str, detail: &str, next: &str) -> Response {
    let sheet = pages::problem::page(status.as_u16(), title, detail, next);
    (status, answer(site, sheet)).into_response()
}

type Who = Option<Extension<Visitor>>;

fn visitor(who: Who) -> Visitor {
    who.map(|Extension(visitor)| visitor).unwrap_or_default()
}

fn answer(site: &Site, sheet: Sheet) -> Response {
    let headers: [(HeaderName, &str); 2] =
        [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "private, no-cache")];
    (headers, site.base.page(document(site, sheet))).into_response()
}

fn answer_or(site: &Site, page: Result<Sheet, BackendError>) -> Response {
    match page {
        Ok(sheet) => answer(site, sheet),
        Err(BackendError::NotFound { what, name }) => not_found(site, &format!("There is no {what} named “{name}”.")),
        Err(BackendError::Unavailable { reason, next }) => {
            error_page(site, StatusCode::SERVICE_UNAVAILABLE, "Not available now", &reason, &next)
        }
        Err(BackendError::Fault(cause)) => {
            tracing::error!(error = %chain(cause.as_ref()), "a page could not be made");
            error_page(
                site,
                StatusCode::INTERNAL_SERVER_ERROR,
                "Something broke on our side",
                "This page could not be made. The fault was written to the server's log.",
                "Try again in a moment; if it stays, tell whoever runs this server.",
            )
        }
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}

fn not_found(site: &Site, detail: &str) -> Response {
    error_page(
        site,
        StatusCode::NOT_FOUND,
        "Nothing is moored here",
        detail,
        "Search for it, or start from the chapters.",
    )
}

async fn lost(State(site): State<Site>, uri: Uri) -> Response {
    not_found(&site, &format!("This site has no page at {}.", uri.path()))
}

async fn home(State(site): State<Site>, who: Who) -> Response {
    let page = site.backend.home(&visitor(who)).await;
    answer_or(&site, page.map(pages::home::page))
}

async fn chapters(State(site): State<Site>, who: Who) -> Response {
    let page = site.backend.chapters(&visitor(who)).await;
    answer_or(&site, page.map(pages::chapters::page))
}

#[derive(Debug, Default, serde::Deserialize)]
struct Back {
    /// There when a form was taken.
    said: Option<String>,
}

async fn chapter(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<String>,
    back: Result<UrlQuery<Back>, QueryRejection>,
) -> Response {
    let Ok(id) = id.parse::<ChapterId>() else {
        return answer_or(&site, Err(BackendError::NotFound { what: "chapter", name: id }));
    };
    let said = back.is_ok_and(|UrlQuery(back)| back.said.is_some());
    let page = site.backend.chapter(&visitor(who), &id).await;
    answer_or(&site, page.map(|page| pages::chapter::page(page, said)))
}

async fn part(State(site): State<Site>, Path(number): Path<String>) -> Response {
    let Ok(number) = number.parse::<u8>() else {
        return answer_or(&site, Err(BackendError::NotFound { what: "part", name: number }));
    };
    let page = site.backend.part(number).await;
    answer_or(&site, page.map(pages::whole_part::page))
}

#[derive(Debug, Default, serde::Deserialize)]
struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    kind: String,
}

async fn search(State(site): State<Site>, who: Who, asked: Result<UrlQuery<Asked>, QueryRejection>) -> Response {
    let asked = asked.map(|UrlQuery(asked)| asked).unwrap_or_default();
    let text: String = asked.q.trim().chars().take(LONGEST_QUERY).collect();
    let query = Query { text, kind: HitKind::parse(&asked.kind), limit: HITS };
    let page = site.backend.search(&visitor(who), &query).await;
    answer_or(&site, page.map(|view| pages::search::page(query, view)))
}

async fn cheat_sheet(State(site): State<Site>, who: Who) -> Response {
    let page = site.backend.cheat_sheet(&visitor(who)).await;
    answer_or(&site, page.map(pages::cheat_sheet::page))
}

async fn entry_group(State(site): State<Site>, who: Who, Path(name): Path<String>) -> Response {
    let page = site.backend.cheat_sheet(&visitor(who)).await;
    let page = page.and_then(|sheet| {
        pages::entry_group::page(sheet, &name).ok_or(BackendError::NotFound { what: "group of commands", name })
    });
    answer_or(&site, page)
}

async fn whole_sheet(State(site): State<Site>, who: Who) -> Response {
    let page = site.backend.cheat_sheet(&visitor(who)).await;
    answer_or(&site, page.map(pages::whole_sheet::page))
}

async fn essential(State(site): State<Site>) -> Response {
    let page = site.backend.cheat_sheet(&Visitor::default()).await;
    answer_or(&site, page.map(pages::essential::page))
}

async fn exercises(State(site): State<Site>, who: Who) -> Response {
    let page = site.backend.exercises(&visitor(who)).await;
    answer_or(&site, page.map(pages::exercises::page))
}

async fn exercise(State(site): State<Site>, who: Who, Path(id): Path<String>) -> Response {
    let Ok(id) = id.parse::<ExerciseId>() else {
        return answer_or(&site, Err(BackendError::NotFound { what: "exercise", name: id }));
    };
    let page = site.backend.exercise(&visitor(who), &id).await;
    answer_or(&site, page.map(pages::exercise::page))
}

async fn progress(State(site): State<Site>, who: Who) -> Response {
    let page = site.backend.progress(&visitor(who)).await;
    answer_or(&site, page.map(pages::progress::page))
}

async fn open_search(State(site): State<Site>, headers: axum::http::HeaderMap) -> Response {
    let address = site.public_url.as_deref().map(str::to_owned);
    let Some(address) = address.or_else(|| Some(format!("{}{}", origin_asked_for(&headers)?, site.base))) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let body = pages::search::open_search_description(&address);
    ([(header::CONTENT_TYPE, "application/opensearchdescription+xml; charset=utf-8")], body).into_response()
}

/// Holds no markup.
fn origin_asked_for(headers: &axum::http::HeaderMap) -> Option<String> {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let plain = |c: char| c.is_ascii_alphanumeric() || "-.:[]".contains(c);
    if host.is_empty() || !host.chars().all(plain) {
        return None;
    }
    let secure = headers.get("x-forwarded-proto").is_some_and(|scheme| scheme == "https");
    let scheme = if secure { "https" } else { "http" };
    Some(format!("{scheme}://{host}"))
}

async fn manifest(State(site): State<Site>) -> Response {
    let icon = |name: &str, sizes: &str, kind: &str, purpose: &str| serde_json::json!({"src": site.base.at(&site.assets.url(name)), "sizes": sizes, "type": kind, "purpose": purpose});
    let body = serde_json::json!({
        "name": crate::shell::NAME,
        "description": "Learn containers on a real engine of your own.",
        "id": site.base.at("/"),
        "start_url": site.base.at("/"),
        "display": "standalone",
        "background_color": "#ffffff",
        "icons": [
            icon("mark.svg", "any", "image/svg+xml", "any"),
            icon("icon-192.png", "192x192", "image/png", "any"),
            icon("icon-512.png", "512x512", "image/png", "any"),
            icon("icon-maskable.png", "512x512", "image/png", "maskable"),
        ],
    });
    let headers =
        [(header::CONTENT_TYPE, "application/manifest+json"), (header::CACHE_CONTROL, "public, max-age=3600")];
    (headers, body.to_string()).into_response()
}

async fn robots(State(site): State<Site>) -> Response {
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], crawlers::robots(site.public_url.as_deref()))
        .into_response()
}

async fn sitemap(State(site): State<Site>) -> Response {
    let Some(public_url) = site.public_url.as_deref() else {
        return not_found(
            &site,
            "A site map names whole addresses, and nobody has told this server its own (`public_url`).",
        );
    };
    let nobody = Visitor::default();
    let lists = async {
        let chapters = site.backend.chapters(&nobody).await?;
        let sheet = site.backend.cheat_sheet(&nobody).await?;
        Ok(crawlers::paths(&chapters, &sheet, &site.backend.exercises(&nobody).await?))
    };
    match lists.await {
        Ok(paths) => {
            let body = crawlers::sitemap(public_url, &paths);
            ([(header::CONTENT_TYPE, "application/xml; charset=utf-8")], body).into_response()
        }
        Err(error) => answer_or(&site, Err(error)),
    }
}
