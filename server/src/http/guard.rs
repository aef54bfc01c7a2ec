//! Who may ask: requests that change something, and web sockets, come from our own pages only.
//! Invariant: a foreign or missing origin changes nothing, whatever cookies came along; nor does a name of somebody
//! else's that was made to point here (DNS rebinding).

use std::net::IpAddr;

use axum::{
    extract::{Request, State as Shared},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};

use super::error::Error;
use crate::{config::PublicUrl, state::State};

/// Refuse what other sites make a browser send.
pub(super) async fn same_origin(Shared(state): Shared<State>, request: Request, next: Next) -> Response {
    let upgrades = request.headers().contains_key(header::UPGRADE);
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if !(changes || upgrades) {
        return next.run(request).await;
    }
    match judge(request.headers(), state.config.public_url.as_ref().map(PublicUrl::origin)) {
        Asked::FromOwnPages => next.run(request).await,
        Asked::FromElsewhere => {
            let detail = "This request did not come from this site's own pages.";
            let next = "Open the site at its own address and try again.";
            Error::new(StatusCode::FORBIDDEN, "foreign_origin", detail, next).into_response()
        }
        Asked::ByForeignName => {
            let detail = "This server does not know itself by the name in the address.";
            let next = "Open it as localhost or by its IP address, or set `public_url` to this address.";
            Error::new(StatusCode::MISDIRECTED_REQUEST, "foreign_name", detail, next).into_response()
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Asked {
    FromOwnPages,
    FromElsewhere,
    ByForeignName,
}

/// Our own pages are at the origin in the settings; without one, at the host that was asked for, when that is
/// localhost or an IP address: any other name may be anybody's.
fn judge(headers: &HeaderMap, public: Option<&str>) -> Asked {
    let Some(origin) = headers.get(header::ORIGIN).and_then(|value| value.to_str().ok()) else {
        return Asked::FromElsewhere;
    };
    if let Some(public) = public {
        return if origin.eq_ignore_ascii_case(public) { Asked::FromOwnPages } else { Asked::FromElsewhere };
    }
    let host = headers.get(header::HOST).and_then(|value| value.to_str().ok());
    let authority = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
    match host {
        Some(host) if authority == Some(host) && is_address(host) => Asked::FromOwnPages,
        Some(host) if authority == Some(host) => Asked::ByForeignName,
        _ => Asked::FromElsewhere,
    }
}

/// True for localhost and IP addresses, with or without a port.
fn is_address(host: &str) -> bool {
    let digits = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit());
    let name = host.rsplit_once(':').filter(|(_, port)| digits(port)).map_or(host, |(name, _)| name);
    let name = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    name == "localhost" || name.parse::<IpAddr>().is_ok()
}

/// What pages may load and do.
pub(super) fn policy(state: &State) -> Option<HeaderValue> {
    let (scheme, port) = state.config.preview_place();
    let frames = format!("{scheme}://*.{}{port}", state.config.preview_host());
    HeaderValue::from_str(&app::content_security_policy(&[&frames])).ok()
}

/// Headers of every answer of the site itself (not of previews).
pub(super) async fn harden(Shared(policy): Shared<Option<HeaderValue>>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    if let Some(policy) = policy {
        // An answer that is to be kept more inert says so itself.
        headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(policy);
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
        let judged = |origin: Option<&str>, host: &str, url: Option<&str>| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, HeaderValue::from_str(host).unwrap());
            if let Some(origin) = origin {
                headers.insert(header::ORIGIN, HeaderValue::from_str(origin).unwrap());
            }
            judge(&headers, url)
        };
        for (origin, host, url) in [
            ("http://localhost:8000", "localhost:8000", None),
            ("http://192.168.1.5:8000", "192.168.1.5:8000", None),
            ("http://[::1]:8000", "[::1]:8000", None),
            ("https://learn.example", "internal:1", Some("https://learn.example")),
        ] {
            assert_eq!(judged(Some(origin), host, url), Asked::FromOwnPages, "{origin}");
        }
        for (origin, host, url) in [
            (None, "localhost:8000", None),
            (Some("null"), "localhost:8000", None),
            (Some("http://8080-abc.localhost:8000"), "localhost:8000", None),
            (Some("http://evil.example"), "localhost:8000", None),
            (Some("http://localhost:8000.evil.example"), "localhost:8000", None),
            (Some("http://learn.example"), "learn.example", Some("https://learn.example")),
        ] {
            assert_eq!(judged(origin, host, url), Asked::FromElsewhere, "{origin:?}");
        }
        // A name that was made to point here.
        for name in ["evil.example:8000", "localhost.evil.example:8000", "1.2.3.4.evil.example"] {
            assert_eq!(judged(Some(&format!("http://{name}")), name, None), Asked::ByForeignName, "{name}");
        }
    }
}
