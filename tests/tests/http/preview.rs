//! What a learner's container serves, on an origin of its own.

use hyper::Method;

use tests::{Server, Terminal};

#[tokio::test(flavor = "multi_thread")]
async fn a_published_port_is_seen_at_its_own_address() {
    let server = Server::start().await;
    let mut ann = server.learner();
    let lease = ann.start(None).await;
    ann.until_engine(&lease).await;
    let mut terminal = Terminal::attach(&ann, &lease, 0).await;
    terminal
        .type_line(
            "mkdir w; echo from-inside > w/index.html; docker run -d -p 8080:80 -v $PWD/w:/w busybox httpd -f -h /w",
        )
        .await;
    terminal.type_line("until curl -sf localhost:8080 >/dev/null; do sleep .1; done; echo u$(printf p)-it").await;
    terminal.until("up-it").await;
    let view = ann.get(&format!("/api/leases/{lease}")).await.json();
    let template = view["preview"]["template"].as_str().unwrap().to_owned();
    let host = template.replace("{port}", "8080").replace("http://", "").trim_end_matches('/').to_owned();

    let mut stranger = server.learner();
    let answer = stranger.ask(Method::GET, "/", &[("host", &host)], b"").await;
    assert_eq!((answer.status, answer.text().trim()), (200, "from-inside"));
    assert_eq!(answer.header("content-security-policy"), "", "the site's own headers are for the site");

    let ports = ann.get(&format!("/api/leases/{lease}/ports")).await.json();
    assert!(ports.as_array().unwrap().iter().any(|one| one["port"] == 8080), "{ports}");

    let closed = host.replace("8080-", "8081-");
    assert_eq!(stranger.ask(Method::GET, "/", &[("host", &closed)], b"").await.status, 502);
    let unknown = format!("8080-{}.localhost:{}", "a".repeat(32), server.port);
    assert_eq!(stranger.ask(Method::GET, "/", &[("host", &unknown)], b"").await.status, 404);
    // The API does not exist at a preview's address.
    let api = stranger.ask(Method::GET, "/api/search?q=x", &[("host", &host)], b"").await;
    assert_ne!(api.header("content-type"), "application/json");
}
