//! Every page, rendered with made-up content, by the router that the server mounts.
#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "../../examples/preview/fixture.rs"]
mod fixture;

mod access;
mod answers;
mod below;
mod content;
mod heads;

use std::sync::Arc;

use app::{Assets, Base, Site};
use axum::{
    body::Body,
    http::{HeaderMap, Request, StatusCode},
};
use http_body_util::BodyExt as _;
use scraper::{Html, Selector};
use tower::ServiceExt as _;

/// Every page, with a visitor who has done things where that matters.
const PAGES: [&str; 16] = [
    "/",
    "/chapters",
    "/chapters/flattening-images",
    "/search",
    "/search?q=flatten",
    "/search?q=nothing",
    "/cheatsheet",
    "/cheatsheet/essential",
    "/cheatsheet/make-an-image-smaller",
    "/cheatsheet/whole",
    "/chapters/part/7",
    "/exercises",
    "/exercises/flatten-secret-image",
    "/progress",
    "/design",
    "/no-such-page",
];

struct Page {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
    html: Html,
}

fn site() -> Site {
    Site {
        backend: Arc::new(fixture::Fixture),
        assets: Arc::new(Assets::unhashed()),
        public_url: None,
        base: Base::default(),
    }
}

async fn get(path: &str, known: bool) -> Page {
    get_of(site(), path, known).await
}

async fn get_of(site: Site, path: &str, known: bool) -> Page {
    let mut request = Request::get(path).header("host", "localhost:1").body(Body::empty()).unwrap();
    if known {
        request.extensions_mut().insert(fixture::somebody());
    }
    let response = app::router(site).oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let text = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
    Page { status: parts.status, headers: parts.headers, html: Html::parse_document(&text), text }
}

impl Page {
    fn all(&self, selector: &str) -> Vec<scraper::ElementRef<'_>> {
        self.html.select(&Selector::parse(selector).unwrap()).collect()
    }

    fn text_of(&self, selector: &str) -> String {
        let found = self.all(selector);
        assert_eq!(found.len(), 1, "{selector}");
        found[0].text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn texts(&self, selector: &str) -> Vec<String> {
        self.all(selector)
            .iter()
            .map(|element| element.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" "))
            .collect()
    }
}
