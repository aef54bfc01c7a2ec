//! Who may ask: requests that change something, and web sockets, come from our own pages only.
//! Invariant: a foreign or missing origin changes nothing, whatever cookies came along.

use axum::{
    extract::{Request, State as Shared},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};

use super::error::Error;
use crate::state::State;

/// Refuse what other sites make a browser send.
pub(super) async fn same_origin(Shared(state): Shared<State>, request: Request, next: Next) -> Response {
    let upgrades = request.headers().contains_key(header::UPGRADE);
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if (changes || upgrades) && !is_own(request.headers(), state.config.public_url.as_deref()) {
        let detail = "This request did not come from this site's own pages.";
        let next = "Open the site at its own address and try again.";
        return Error::new(StatusCode::FORBIDDEN, "foreign_origin", detail, next).into_response();
    }
    next.run(request).await
}

/// True when `Origin` is the site's: the one in the settings, or the host that was asked for.
fn is_own(headers: &HeaderMap, public_url: Option<&str>) -> bool {
    let Some(origin) = headers.get(header::ORIGIN).and_then(|value| value.to_str().ok()) else { return false };
    match public_url {
        Some(url) => origin.eq_ignore_ascii_case(url),
        None => {
            let host = headers.get(header::HOST).and_then(|value| value.to_str().ok());
            let authority = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
            host.is_some() && authority == host
        }
    }
}

/// Headers of every answer of the site itself (not of previews).
pub(super) async fn harden(Shared(state): Shared<State>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let (scheme, port) = state.config.preview_place();
    let frames = format!("{scheme}://*.{}{port}", state.config.preview_host);
    if let Ok(policy) = HeaderValue::from_str(&app::content_security_policy(&[&frames])) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_origin_passes() {
        let own = |origin: Option<&str>, host: &str, url: Option<&str>| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, HeaderValue::from_str(host).unwrap());
            if let Some(origin) = origin {
                headers.insert(header::ORIGIN, HeaderValue::from_str(origin).unwrap());
            }
            is_own(&headers, url)
        };
        assert!(own(Some("http://localhost:8000"), "localhost:8000", None));
        assert!(own(Some("https://learn.example"), "internal:1", Some("https://learn.example")));
        for (origin, host, url) in [
            (None, "localhost:8000", None),
            (Some("null"), "localhost:8000", None),
            (Some("http://8080-abc.localhost:8000"), "localhost:8000", None),
            (Some("http://evil.example"), "localhost:8000", None),
            (Some("http://localhost:8000.evil.example"), "localhost:8000", None),
            (Some("http://learn.example"), "learn.example", Some("https://learn.example")),
        ] {
            assert!(!own(origin, host, url), "{origin:?}");
        }
    }
}
