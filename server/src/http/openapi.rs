//! The API's description, OpenAPI 3.1, kept by hand beside the router and compared with it in a test.

use app::Base;
use axum::{extract::State as Shared, http::header, response::IntoResponse};

use crate::state::State;

/// The document.
pub(super) const DOCUMENT: &str = include_str!("openapi.json");

/// `GET /api/openapi.json`
pub(super) async fn document(Shared(state): Shared<State>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-cache")], at(&state.site.base))
}

/// The document, with the path below which a proxy shows the site.
fn at(base: &Base) -> String {
    if base.is_root() {
        return DOCUMENT.to_owned();
    }
    // A base holds nothing that JSON minds.
    DOCUMENT.replacen('{', &format!("{{\n \"servers\": [{{ \"url\": \"{base}\" }}],"), 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_path_below_which_the_site_is() {
        let told =
            |base: &str| -> serde_json::Value { serde_json::from_str(&at(&Base::parse(base).unwrap())).unwrap() };
        assert_eq!(told("/learn")["servers"][0]["url"], "/learn");
        assert_eq!(told("/learn")["paths"], told("")["paths"]);
        assert!(told("").get("servers").is_none());
    }

    #[test]
    fn describes_every_route_of_the_router() {
        let document: serde_json::Value = serde_json::from_str(super::DOCUMENT).unwrap();
        let source = include_str!("mod.rs");
        let api = source.split_once("let api").unwrap().1.split_once(".fallback").unwrap().0;
        let routes: Vec<String> = api
            .lines()
            .filter_map(|line| line.trim().strip_prefix(".route(\"")?.split_once('"'))
            .map(|(path, _)| format!("/api{}", path.replace("{*path}", "{path}")))
            .collect();
        assert!(routes.len() > 10, "{routes:?}");
        let described: Vec<&String> = document["paths"].as_object().unwrap().keys().collect();
        for route in &routes {
            assert!(described.contains(&route), "{route} is not described");
        }
        assert_eq!(routes.len(), described.len(), "{described:?}");
    }
}
