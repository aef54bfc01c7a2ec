//! Previews: what a learner's containers serve, on an origin of its own for each sandbox and port.
//! Invariant: nothing of the site's cookies goes in, nothing that comes out is answered on the site's own origin,
//! and the only places reached are TCP ports of that one sandbox's loopback.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{Request, State as Shared},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use hyper_util::rt::TokioIo;

use crate::state::State;

/// Where previews are, and what they are of.
pub(super) struct Previews {
    state: State,
    domain: String,
}

impl Previews {
    pub(super) fn new(state: State) -> Self {
        Self { domain: state.config.preview_host(), state }
    }
}

/// Takes requests whose host is a preview's; lets all others through.
pub(super) async fn take(Shared(previews): Shared<Arc<Previews>>, request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST).and_then(|value| value.to_str().ok()).unwrap_or_default();
    match preview_of(host, &previews.domain) {
        Preview::None => next.run(request).await,
        Preview::Bad => plain(StatusCode::NOT_FOUND, "There is no such preview."),
        Preview::Of { port, label } => {
            let label = label.to_owned();
            serve(&previews.state, port, &label, request).await
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Preview<'a> {
    None,
    Bad,
    Of { port: u16, label: &'a str },
}

/// `8080-<label>.localhost:8000` names port 8080 of the lease with that label.
fn preview_of<'a>(host: &'a str, domain: &str) -> Preview<'a> {
    let name = host
        .rsplit_once(':')
        .filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()))
        .map_or(host, |(name, _)| name);
    let Some(first) = name.strip_suffix(domain).and_then(|rest| rest.strip_suffix('.')) else { return Preview::None };
    let parsed = first.split_once('-').and_then(|(port, label)| {
        let fine = label.len() == 32 && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        Some((port.parse::<u16>().ok().filter(|port| *port > 0)?, fine.then_some(label)?))
    });
    match parsed {
        Some((port, label)) => Preview::Of { port, label },
        None => Preview::Bad,
    }
}

async fn serve(state: &State, port: u16, label: &str, mut request: Request) -> Response {
    let row = match state.store.lease_by_preview(label).await {
        Ok(Some(row)) => row,
        Ok(None) => return plain(StatusCode::NOT_FOUND, "This sandbox has ended, or never was."),
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "a preview failed");
            return plain(StatusCode::SERVICE_UNAVAILABLE, "The preview cannot be had at the moment.");
        }
    };
    let Ok(sandbox) = state.leases.sandbox(&row) else {
        return plain(StatusCode::SERVICE_UNAVAILABLE, "The sandbox is not ready yet.");
    };
    let stream = match sandbox.dial(None, port).await {
        Ok(stream) => stream,
        Err(_) => {
            let text = format!("Nothing in the sandbox takes connections on port {port} yet. Reload when it does.");
            return plain(StatusCode::BAD_GATEWAY, &text);
        }
    };
    let connected = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await;
    let Ok((mut sender, connection)) = connected else {
        return plain(StatusCode::BAD_GATEWAY, "What listens there does not speak HTTP.");
    };
    tokio::spawn(async move {
        if let Err(error) = connection.with_upgrades().await {
            tracing::debug!(%error, "a preview's connection broke");
        }
    });
    let upgrade = request.headers().contains_key(header::UPGRADE).then(|| hyper::upgrade::on(&mut request));
    let mut outgoing = request;
    *outgoing.version_mut() = http::Version::HTTP_11;
    if let Some(path) = outgoing.uri().path_and_query().map(ToString::to_string)
        && let Ok(uri) = path.parse()
    {
        *outgoing.uri_mut() = uri;
    }
    without_own_cookies(outgoing.headers_mut());
    match sender.send_request(outgoing).await {
        Ok(mut response) => {
            if response.status() == StatusCode::SWITCHING_PROTOCOLS
                && let Some(upgrade) = upgrade
            {
                join(upgrade, hyper::upgrade::on(&mut response));
            }
            let mut response = response.map(Body::new);
            // A preview is shown in a frame of the site and must not be kept from it, nor reach beyond its origin.
            let headers = response.headers_mut();
            headers.remove("x-frame-options");
            headers.remove("strict-transport-security");
            headers.insert("cross-origin-resource-policy", HeaderValue::from_static("cross-origin"));
            without_wide_cookies(headers);
            response
        }
        Err(error) => {
            tracing::debug!(%error, "a preview gave no answer");
            plain(StatusCode::BAD_GATEWAY, "What listens there gave no proper answer.")
        }
    }
}

/// Takes the site's cookies out of a request. Browsers do not send them here; this is the second lock.
fn without_own_cookies(headers: &mut HeaderMap) {
    let own = |cookie: &str| {
        let bare = cookie.trim_start().trim_start_matches("__Host-").trim_start_matches("__Secure-");
        bare.starts_with(super::who::NAME)
    };
    let kept: Vec<String> = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter(|cookie| !cookie.trim().is_empty() && !own(cookie))
        .map(|cookie| cookie.trim().to_owned())
        .collect();
    headers.remove(header::COOKIE);
    if let Ok(value) = HeaderValue::from_str(&kept.join("; "))
        && !kept.is_empty()
    {
        headers.insert(header::COOKIE, value);
    }
}

/// Takes out cookies that would reach beyond the preview's own host: the site and other previews share its domain.
fn without_wide_cookies(headers: &mut HeaderMap) {
    let is_wide = |value: &HeaderValue| {
        let text = String::from_utf8_lossy(value.as_bytes()).to_ascii_lowercase();
        text.split(';').skip(1).any(|attribute| attribute.trim_start().starts_with("domain"))
    };
    let kept: Vec<HeaderValue> =
        headers.get_all(header::SET_COOKIE).iter().filter(|value| !is_wide(value)).cloned().collect();
    headers.remove(header::SET_COOKIE);
    for value in kept {
        headers.append(header::SET_COOKIE, value);
    }
}

fn join(browser: hyper::upgrade::OnUpgrade, service: hyper::upgrade::OnUpgrade) {
    tokio::spawn(async move {
        if let (Ok(browser), Ok(service)) = tokio::join!(browser, service) {
            // Either side may break off at any time.
            let _ended = tokio::io::copy_bidirectional(&mut TokioIo::new(browser), &mut TokioIo::new(service)).await;
        }
    });
}

fn plain(status: StatusCode, text: &str) -> Response {
    let headers = [(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::CACHE_CONTROL, "no-store")];
    (status, headers, format!("{text}\n")).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_of_the_site_stay_outside() {
        let mut headers = HeaderMap::new();
        for line in ["a=1; drydock_learner=x; b=2", "__Host-drydock_learner=y; __Secure-drydock_learner=z", "c=3"] {
            headers.append(header::COOKIE, HeaderValue::from_static(line));
        }
        without_own_cookies(&mut headers);
        let left: Vec<_> = headers.get_all(header::COOKIE).iter().collect();
        assert_eq!(left, ["a=1; b=2; c=3"]);
        headers = HeaderMap::new();
        headers.insert(header::COOKIE, HeaderValue::from_static("drydock_learner=x"));
        without_own_cookies(&mut headers);
        assert!(headers.is_empty());
    }

    #[test]
    fn cookies_of_a_preview_stay_there() {
        let mut headers = HeaderMap::new();
        for line in ["a=1; Path=/", "b=2; Domain=example.org", "c=3;DOMAIN = localhost; Path=/", "domain=4"] {
            headers.append(header::SET_COOKIE, HeaderValue::from_static(line));
        }
        without_wide_cookies(&mut headers);
        let left: Vec<_> = headers.get_all(header::SET_COOKIE).iter().collect();
        assert_eq!(left, ["a=1; Path=/", "domain=4"]);
    }

    #[test]
    fn hosts_are_told_apart() {
        let label = "abcdefghijklmnopqrstuvwxyz012345";
        let host = format!("8080-{label}.localhost:8000");
        assert_eq!(preview_of(&host, "localhost"), Preview::Of { port: 8080, label });
        for none in ["localhost", "localhost:8000", "127.0.0.1:8000", "learn.example.org", ""] {
            assert_eq!(preview_of(none, "localhost"), Preview::None, "{none}");
        }
        for bad in [
            "x.localhost",
            "0-abc.localhost",
            &format!("99999-{label}.localhost"),
            &format!("80-{label}x.localhost"),
            &format!("80-{}.localhost", label.to_uppercase()),
            &format!("80-{label}.evil.localhost"),
        ] {
            assert_eq!(preview_of(bad, "localhost"), Preview::Bad, "{bad}");
        }
    }
}
