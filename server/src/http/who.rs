//! Who asks: a learner known by a signed cookie, made at the first request that changes something.
//! Invariant: a cookie that was not signed by this server is no cookie; looking leaves no trace.

use app::Visitor;
use axum::{
    extract::{FromRequestParts, Request, State as Shared},
    http::{HeaderMap, HeaderValue, Method, header, request::Parts},
    middleware::Next,
    response::Response,
};
use cookie::{Cookie, CookieJar, Key, SameSite, time::Duration};
use domain::id::LearnerId;

use super::error::Error;
use crate::{random, state::State, store::StoreError};

pub(super) const NAME: &str = "drydock_learner";
/// The prefix makes browsers insist on `Secure`, `Path=/` and no domain.
const SECURE_NAME: &str = "__Host-drydock_learner";
/// Below a path of a host that others share, where the other prefix cannot be: browsers insist on `Secure` alone.
const SECURE_NAME_BELOW: &str = "__Secure-drydock_learner";
const LASTS: Duration = Duration::days(400);

/// The learner; made when there is none yet.
pub(super) struct Learner(pub LearnerId);

fn name(state: &State) -> &'static str {
    match (state.config.is_secure(), state.site.base.is_root()) {
        (true, true) => SECURE_NAME,
        (true, false) => SECURE_NAME_BELOW,
        (false, _) => NAME,
    }
}

/// Where the cookie goes: to the site alone.
fn path(state: &State) -> String {
    if state.site.base.is_root() { "/".to_owned() } else { state.site.base.to_string() }
}

/// The learner that the cookies name.
pub(super) fn known(state: &State, headers: &HeaderMap) -> Option<LearnerId> {
    let name = name(state);
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let ours = cookies.flat_map(Cookie::split_parse).flatten().filter(|cookie| cookie.name() == name);
    // Another server on the same host, at another path or port, may have set one of the same name.
    signed(ours, &state.cookie_key).map(LearnerId)
}

/// The value of the first cookie that this key has signed.
fn signed<'a>(mut cookies: impl Iterator<Item = Cookie<'a>>, key: &Key) -> Option<String> {
    let jar = CookieJar::new();
    cookies.find_map(|cookie| jar.signed(key).verify(cookie.into_owned())).map(|cookie| cookie.value().to_owned())
}

/// Tells pages and handlers who asks, and sets the cookie of a learner that was made on the way.
pub(super) async fn recognise(Shared(state): Shared<State>, mut request: Request, next: Next) -> Response {
    let learner = known(&state, request.headers());
    request.extensions_mut().insert(Visitor { learner });
    let made = std::sync::Arc::new(std::sync::OnceLock::<LearnerId>::new());
    request.extensions_mut().insert(Made(std::sync::Arc::clone(&made)));
    let mut response = next.run(request).await;
    if let Some(learner) = made.get() {
        let mut jar = CookieJar::new();
        let cookie = Cookie::build((name(&state), learner.as_str().to_owned()))
            .path(path(&state))
            .http_only(true)
            .secure(state.config.is_secure())
            .same_site(SameSite::Lax)
            .max_age(LASTS);
        jar.signed_mut(&state.cookie_key).add(cookie);
        for cookie in jar.delta() {
            if let Ok(value) = HeaderValue::from_str(&cookie.to_string()) {
                response.headers_mut().append(header::SET_COOKIE, value);
            }
        }
    }
    response
}

#[derive(Clone)]
struct Made(std::sync::Arc<std::sync::OnceLock<LearnerId>>);

impl FromRequestParts<State> for Learner {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Error> {
        let now = state.clock.now();
        let looks = matches!(parts.method, Method::GET | Method::HEAD);
        if let Some(learner) = parts.extensions.get::<Visitor>().and_then(|visitor| visitor.learner.clone()) {
            // Who only looks must not wait for a database that takes no writes.
            if !looks && let Err(error) = state.store.note_learner(&learner, now).await {
                // Nor must what needs none, such as a file of a sandbox; what writes tells so itself.
                let is_known = matches!(error, StoreError::Busy(_)) && state.store.knows_learner(&learner).await?;
                if !is_known {
                    return Err(error.into());
                }
            }
            return Ok(Self(learner));
        }
        let learner = LearnerId(random::id());
        if looks {
            // Somebody who has nothing yet, and gets nothing by looking.
            return Ok(Self(learner));
        }
        state.store.note_learner(&learner, now).await?;
        if let Some(Made(made)) = parts.extensions.get::<Made>() {
            // Asked for twice in one request: the first one counts.
            return Ok(Self(made.get_or_init(|| learner).clone()));
        }
        Ok(Self(learner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_of_another_server_hides_none_of_ours() {
        let (ours, theirs) = (Key::from(&[1; 64]), Key::from(&[2; 64]));
        let made = |key: &Key, value: &'static str| {
            let mut jar = CookieJar::new();
            jar.signed_mut(key).add(Cookie::new(NAME, value));
            jar.get(NAME).cloned().unwrap()
        };
        let all = [Cookie::new(NAME, "ann"), made(&theirs, "ben"), made(&ours, "cid"), made(&theirs, "dan")];
        assert_eq!(signed(all.into_iter(), &ours).as_deref(), Some("cid"));
        assert_eq!(signed([made(&theirs, "ben")].into_iter(), &ours), None);
    }
}
