//! Pages for everybody, also without a script and before any cookie.

use tests::Server;

#[tokio::test(flavor = "multi_thread")]
async fn reading_sets_no_cookie_and_needs_no_script() {
    let server = Server::start().await;
    let mut ann = server.learner();
    for (path, holds) in [
        ("/", "Learn containers"),
        ("/chapters", "Building images"),
        ("/chapters/flattening-images", "docker export"),
        ("/cheatsheet", "docker import"),
        ("/exercises", "Flatten"),
        ("/exercises/flatten-secret-image", "secret"),
        ("/search?q=flatten", "Flattening images"),
        ("/progress", "Progress"),
    ] {
        let answer = ann.get(path).await;
        assert_eq!(answer.status, 200, "{path}");
        assert!(answer.text().contains(holds), "{path} lacks {holds}");
        assert!(ann.cookie.is_none(), "{path} set a cookie");
        assert!(answer.header("content-type").starts_with("text/html"), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_pages_load_is_compressed_and_kept() {
    let server = Server::start().await;
    let mut ann = server.learner();
    let page = ann.get("/").await.text();
    let start = page.find("/assets/site.").unwrap();
    let path = page[start..].split('"').next().unwrap().to_owned();
    let plain = ann.get(&path).await;
    let small = ann.ask(hyper::Method::GET, &path, &[("accept-encoding", "br")], b"").await;
    assert_eq!((plain.status, small.status), (200, 200));
    assert_eq!(small.header("content-encoding"), "br");
    assert!(small.body.len() * 2 < plain.body.len());
    assert!(plain.header("cache-control").contains("immutable"), "{}", plain.header("cache-control"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_api_describes_itself() {
    let server = Server::start().await;
    let document = server.learner().get("/api/openapi.json").await.json();
    assert!(document["openapi"].as_str().is_some_and(|version| version.starts_with("3.")));
    assert!(document["paths"]["/api/leases"]["post"].is_object());
}
