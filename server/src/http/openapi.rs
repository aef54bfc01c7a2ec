//! The API's description, OpenAPI 3.1, kept by hand beside the router and compared with it in a test.

use axum::{http::header, response::IntoResponse};

/// The document.
pub(super) const DOCUMENT: &str = include_str!("openapi.json");

/// `GET /api/openapi.json`
pub(super) async fn document() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-cache")], DOCUMENT)
}

#[cfg(test)]
mod tests {
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
