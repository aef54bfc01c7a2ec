//! Statuses, headers and error pages.

use super::{get, site};
use axum::http::StatusCode;

#[tokio::test]
async fn statuses_are_right() {
    for (path, status) in [
        ("/", StatusCode::OK),
        ("/chapters/flattening-images", StatusCode::OK),
        ("/chapters/no-such-chapter", StatusCode::NOT_FOUND),
        ("/chapters/Not%20a%20slug", StatusCode::NOT_FOUND),
        ("/exercises/no-such-exercise", StatusCode::NOT_FOUND),
        ("/chapters/part/6", StatusCode::NOT_FOUND),
        ("/chapters/part/700", StatusCode::NOT_FOUND),
        ("/chapters/build-secrets", StatusCode::SERVICE_UNAVAILABLE),
        ("/search?q=%ff", StatusCode::OK),
        ("/nowhere", StatusCode::NOT_FOUND),
    ] {
        let page = get(path, false).await;
        assert_eq!(page.status, status, "{path}");
        assert_eq!(page.headers["content-type"], "text/html; charset=utf-8", "{path}");
        assert!(page.text.starts_with("<!DOCTYPE html><html"), "{path}");
    }
}

#[tokio::test]
async fn an_error_page_says_what_happened_and_what_to_do() {
    let page = get("/chapters/build-secrets", false).await;
    assert!(page.texts("main p").contains(&"The chapter “Build secrets” is being mended.".to_owned()));
    assert!(page.texts("main p").contains(&"Come back in a while.".to_owned()));
    assert_eq!(page.all("meta[name=robots][content=noindex]").len(), 1);

    let response =
        app::error_page(&site(), StatusCode::PAYLOAD_TOO_LARGE, "Too large", "It is <b>too</b> large.", "Send less.");
    assert_eq!(response.status(), StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn what_was_asked_for_is_escaped() {
    let page = get("/%3Cscript%3Ealert(1)%3C/script%3E", false).await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    assert!(!page.text.contains("<script>alert"));
    let page = get("/search?q=%22%3E%3Cimg%20src=x%20onerror=alert(1)%3E", false).await;
    assert_eq!(page.all("img").len(), 0);
    assert_eq!(page.all("#q")[0].attr("value"), Some("\"><img src=x onerror=alert(1)>"));
}

#[tokio::test]
async fn browsers_can_add_the_search() {
    let page = get("/opensearch.xml", false).await;
    assert_eq!(page.headers["content-type"], "application/opensearchdescription+xml; charset=utf-8");
    assert!(page.text.contains(r#"template="http://localhost:1/search?q={searchTerms}""#), "{}", page.text);
}

#[tokio::test]
async fn assets_are_asked_for_by_their_names_in_the_manifest() {
    let assets: app::Assets = serde_json::from_str(r#"{"site.css": "/assets/site.ABC.css"}"#).unwrap();
    assert!(assets.missing().contains(&"site.js") && !assets.missing().contains(&"site.css"));
    assert_eq!([assets.url("site.css"), assets.url("site.js")], ["/assets/site.ABC.css", "/assets/site.js"]);
}
