//! The path below which a proxy shows the site: taken off what comes in, put before where answers lead.
//! Invariant: it does not matter whether the proxy has taken it off already; without such a path nothing is done.

use app::Base;
use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Uri, header, uri::PathAndQuery},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse as _, Redirect, Response},
};

/// The site, below the base.
pub(super) fn below(site: Router, base: &Base) -> Router {
    if base.is_root() {
        return site;
    }
    // Around a router of its own, for the path must be right before a route is looked for.
    Router::new().fallback_service(site).layer(from_fn_with_state(base.clone(), lead))
}

async fn lead(State(base): State<Base>, mut request: Request, next: Next) -> Response {
    match base.below(request.uri().path()) {
        Some("") => {
            let query = request.uri().query().map(|query| format!("?{query}")).unwrap_or_default();
            return Redirect::permanent(&format!("{base}/{query}")).into_response();
        }
        Some(_) => {
            if let Some(uri) = without(&base, request.uri()) {
                *request.uri_mut() = uri;
            }
        }
        None => {}
    }
    let mut response = next.run(request).await;
    lead_below(&base, response.headers_mut());
    response
}

/// The same address without the base, which it goes through.
fn without(base: &Base, uri: &Uri) -> Option<Uri> {
    let place = base.below(uri.path_and_query()?.as_str())?;
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(place).ok()?);
    Uri::from_parts(parts).ok()
}

/// A redirection within the site goes below the base.
fn lead_below(base: &Base, headers: &mut HeaderMap) {
    let Some(to) = headers.get(header::LOCATION).and_then(|to| to.to_str().ok()) else { return };
    // With two slashes it names another host.
    if to.starts_with('/')
        && !to.starts_with("//")
        && let Ok(to) = HeaderValue::try_from(base.at(to))
    {
        headers.insert(header::LOCATION, to);
    }
}

#[cfg(test)]
mod tests {
    use axum::{body::Body, http::StatusCode, routing::get};
    use tower::ServiceExt as _;

    use super::*;

    fn site() -> Router {
        Router::new()
            .route("/", get(async || "home"))
            .route("/chapters/{id}", get(async |uri: Uri| uri.to_string()))
            .route("/away", get(async || Redirect::to("/chapters/a?b#c")))
            .route("/far", get(async || Redirect::to("https://elsewhere.example/x")))
            .route("/farther", get(async || Redirect::to("//elsewhere.example/x")))
            .nest("/api", Router::new().route("/search", get(async || "found")))
            .fallback(async || (StatusCode::NOT_FOUND, "lost"))
    }

    async fn ask(base: &str, uri: &str) -> (u16, String, String) {
        let router = below(site(), &Base::parse(base).unwrap());
        let answer = router.oneshot(Request::get(uri).body(Body::empty()).unwrap()).await.unwrap();
        let to = answer.headers().get("location").map_or("", |to| to.to_str().unwrap()).to_owned();
        let status = answer.status().as_u16();
        let body = axum::body::to_bytes(answer.into_body(), 1000).await.unwrap();
        (status, to, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn with_the_base_and_without_it_the_same_is_answered() {
        for (place, body) in [
            ("/", "home"),
            ("/?q=1", "home"),
            ("/chapters/a%20b?x=%2F&y", "/chapters/a%20b?x=%2F&y"),
            ("/api/search?q=a", "found"),
        ] {
            assert_eq!(ask("/learn", place).await, (200, String::new(), body.to_owned()), "{place}");
            assert_eq!(
                ask("/learn", &format!("/learn{place}")).await,
                (200, String::new(), body.to_owned()),
                "{place}"
            );
            assert_eq!(ask("/", place).await, (200, String::new(), body.to_owned()), "{place}");
        }
        for place in ["/learning", "/learn/learn/", "/learn/nothing", "/nothing"] {
            assert_eq!(ask("/learn", place).await, (404, String::new(), "lost".to_owned()), "{place}");
        }
        assert_eq!(ask("/", "/learn/").await.0, 404);
    }

    #[tokio::test]
    async fn redirections_lead_below_the_base() {
        for (place, status, to) in [
            ("/learn", 308, "/learn/"),
            ("/learn?q=1", 308, "/learn/?q=1"),
            ("/learn/away", 303, "/learn/chapters/a?b#c"),
            ("/away", 303, "/learn/chapters/a?b#c"),
            ("/learn/far", 303, "https://elsewhere.example/x"),
            ("/learn/farther", 303, "//elsewhere.example/x"),
        ] {
            let answer = ask("/learn", place).await;
            assert_eq!((answer.0, answer.1.as_str()), (status, to), "{place}");
        }
        assert_eq!(ask("/", "/away").await.1, "/chapters/a?b#c");
    }
}
