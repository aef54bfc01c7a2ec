//! Whatever is sent, the answer is a status, a word for programs and a sentence for people.

use hyper::Method;
use serde_json::json;

use tests::Server;

#[tokio::test(flavor = "multi_thread")]
async fn nonsense_gets_a_clear_answer() {
    let server = Server::start().await;
    let mut ann = server.learner();
    let lease = ann.start(None).await;
    let kind = [("content-type", "application/json")];

    for body in ["", "{", "[]", "{\"exercise\": 7}", "\u{0}"] {
        let answer = ann.ask(Method::POST, "/api/leases", &kind, body.as_bytes()).await;
        let (status, word) = answer.error();
        assert!(matches!(status, 400 | 422) && word == "invalid", "{body:?}: {}", answer.text());
    }
    assert_eq!(ann.ask(Method::POST, "/api/leases", &[], b"{}").await.error(), (415, "invalid".to_owned()));
    assert_eq!(ann.post("/api/leases", &json!({"exercise": "no-such"})).await.error(), (404, "not_found".to_owned()));
    assert_eq!(ann.delete("/api/search").await.error(), (405, "no_method".to_owned()));
    assert_eq!(ann.get("/api/nowhere").await.error(), (404, "not_found".to_owned()));
    assert_eq!(ann.get("/api/leases/no-such").await.error(), (404, "not_found".to_owned()));
    assert_eq!(ann.get("/api/attempts/no-such").await.error(), (404, "not_found".to_owned()));
    assert_eq!(ann.post("/api/exercises/no-such/hints", &json!({})).await.error(), (404, "not_found".to_owned()));
    assert_eq!(ann.get(&format!("/api/leases/{lease}/socket")).await.error(), (400, "invalid".to_owned()));
    let answer = ann.post(&format!("/api/leases/{lease}/attempts"), &json!({})).await;
    assert_eq!(answer.error(), (400, "invalid".to_owned()), "a free sandbox has nothing to check");
    let large = vec![b'x'; 3 * 1024 * 1024];
    // The answer may come, and the connection close, before all of it was sent: a connection of its own.
    let mut sender = server.learner();
    sender.cookie.clone_from(&ann.cookie);
    if let Some(answer) = sender.try_put(&format!("/api/leases/{lease}/files/large"), &large).await {
        assert_eq!(answer.error(), (413, "too_large".to_owned()));
    }
    assert_eq!(ann.get(&format!("/api/leases/{lease}/files/large")).await.status, 404);
    assert_eq!(ann.get(&format!("/api/leases/{lease}")).await.json()["state"], "ready");
}

#[tokio::test(flavor = "multi_thread")]
async fn searches_of_every_kind_are_answered() {
    let server = Server::start().await;
    let mut ann = server.learner();
    for query in ["", "%20", "%22", "AND%20OR", "(((", "a:b:c", "%F0%9F%90%B3", "title:*", "-", "docker%20AND%20%2D"] {
        for path in [format!("/api/search?q={query}"), format!("/search?q={query}")] {
            assert_eq!(ann.get(&path).await.status, 200, "{path}");
        }
    }
    let long = "x".repeat(6000);
    assert!(matches!(ann.get(&format!("/api/search?q={long}")).await.status, 200 | 400 | 414));
    assert!(matches!(ann.get("/search?q=%FF&kind=none").await.status, 200 | 400));
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_that_are_not_there_say_so() {
    let server = Server::start().await;
    let mut ann = server.learner();
    for path in [
        "/nowhere",
        "/chapters/no-such",
        "/exercises/no-such",
        "/assets/no-such.js",
        "/images/../etc/passwd",
        "/images/%2e%2e/%2e%2e/etc/passwd",
        "/assets/..%2f..%2f..%2fetc%2fpasswd",
    ] {
        let answer = ann.get(path).await;
        assert!(matches!(answer.status, 400 | 404), "{path}: {}", answer.status);
        assert!(!answer.text().contains("root:"), "{path}");
    }
}
