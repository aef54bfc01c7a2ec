//! A second server on the same database or address: it refuses, and the first one's learners notice nothing.

use tests::Server;

#[tokio::test(flavor = "multi_thread")]
async fn a_second_server_harms_nobody() {
    let server = Server::start().await;
    let mut ann = server.learner();
    let lease = ann.start(None).await;
    let (code, said) = server.second(server.port);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("listen"), "{said}");
    let (code, said) = server.second(0);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("another `drydock serve`"), "{said}");
    let view = ann.get(&format!("/api/leases/{lease}")).await.json();
    assert_eq!(view["state"], "ready");
    assert_eq!(server.containers_of(&lease).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn looking_leaves_no_trace() {
    let server = Server::start().await;
    let mut passer_by = server.learner();
    for path in ["/api/leases/x", "/api/attempts/x", "/api/exercises/flatten-secret-image/attempts"] {
        let answer = passer_by.get(path).await;
        assert_eq!(answer.header("set-cookie"), "", "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_name_that_points_here_may_change_nothing() {
    let server = Server::start().await;
    let mut evil = server.learner();
    let host = format!("evil.example:{}", server.port);
    let origin = format!("http://{host}");
    evil.origin = Some(origin.clone());
    let headers = [("host", host.as_str()), ("content-type", "application/json")];
    let answer = evil.ask(hyper::Method::POST, "/api/leases", &headers, b"{\"exercise\":null}").await;
    assert_eq!(answer.status, 421, "{}", answer.text());
    assert!(answer.text().contains("public_url"), "{}", answer.text());
}
