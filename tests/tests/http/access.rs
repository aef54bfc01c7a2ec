//! Who may do what: other learners, other sites, forged cookies.

use serde_json::json;

use tests::Server;

#[tokio::test(flavor = "multi_thread")]
async fn a_sandbox_is_its_learners_alone() {
    let server = Server::start().await;
    let (mut ann, mut bob) = (server.learner(), server.learner());
    let lease = ann.start(None).await;
    let _made = bob.post("/api/leases", &json!({"exercise": "no-such"})).await;
    assert!(bob.cookie.is_some() && bob.cookie != ann.cookie);
    for path in ["", "/events", "/ports", "/files", "/files/a", "/socket"] {
        let answer = bob.get(&format!("/api/leases/{lease}{path}")).await;
        assert!(matches!(answer.status, 404 | 400), "{path}: {} {}", answer.status, answer.text());
    }
    for path in ["/extend", "/reset", "/attempts"] {
        assert_eq!(bob.post(&format!("/api/leases/{lease}{path}"), &json!({})).await.status, 404, "{path}");
    }
    assert_eq!(bob.put(&format!("/api/leases/{lease}/files/a"), b"x").await.status, 404);
    assert_eq!(bob.delete(&format!("/api/leases/{lease}/files/a")).await.status, 404);
    assert_eq!(bob.delete(&format!("/api/leases/{lease}")).await.status, 404);
    assert_eq!(ann.get(&format!("/api/leases/{lease}")).await.json()["state"], "ready");
}

#[tokio::test(flavor = "multi_thread")]
async fn other_sites_change_nothing() {
    let server = Server::start().await;
    let mut ann = server.learner();
    let lease = ann.start(None).await;
    let own = ann.origin.clone();
    for origin in [None, Some("null"), Some("http://evil.example"), Some("http://8080-x.localhost:1"), Some("")] {
        ann.origin = origin.map(str::to_owned);
        let answer = ann.delete(&format!("/api/leases/{lease}")).await;
        assert_eq!(answer.error(), (403, "foreign_origin".to_owned()), "{origin:?}");
    }
    // A web socket is a GET, and yet takes orders.
    let upgrade = [
        ("connection", "upgrade"),
        ("upgrade", "websocket"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
        ("origin", "http://evil.example"),
    ];
    let answer = ann.ask(hyper::Method::GET, &format!("/api/leases/{lease}/socket"), &upgrade, b"").await;
    assert_eq!(answer.status, 403);
    ann.origin = own;
    assert_eq!(ann.get(&format!("/api/leases/{lease}")).await.json()["state"], "ready");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cookie_is_signed_and_kept_from_scripts() {
    let server = Server::start().await;
    let mut ann = server.learner();
    let answer = ann.post("/api/leases", &json!({"exercise": null})).await;
    let lease = answer.json()["id"].as_str().unwrap().to_owned();
    let set = answer.header("set-cookie");
    assert!(set.contains("HttpOnly") && set.contains("SameSite=Lax") && set.contains("Path=/"), "{set}");
    // The learner's id is the last part of the value; the signature stands before it.
    let cookie = ann.cookie.clone().unwrap();
    let forged = format!("{}{}", &cookie[..cookie.len() - 1], if cookie.ends_with('a') { 'b' } else { 'a' });
    ann.cookie = Some(forged);
    assert_eq!(ann.get(&format!("/api/leases/{lease}")).await.status, 404);
    ann.cookie = Some(cookie);
    // Ended while it is made, it would race with the end of the server.
    ann.until(&lease, "ready").await;
    assert_eq!(ann.delete(&format!("/api/leases/{lease}")).await.status, 204);
}

#[tokio::test(flavor = "multi_thread")]
async fn previews_have_an_origin_of_their_own() {
    let server = Server::start().await;
    let answer = server.learner().get("/").await;
    let policy = answer.header("content-security-policy");
    assert!(policy.contains("default-src 'none'") || policy.contains("default-src 'self'"), "{policy}");
    assert!(!policy.contains("unsafe-inline"), "{policy}");
    assert!(policy.contains(&format!("http://*.localhost:{}", server.port)), "{policy}");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
}
