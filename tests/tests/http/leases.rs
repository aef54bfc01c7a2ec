//! The life of a lease.

use std::time::{Duration, Instant};

use serde_json::json;

use tests::{Server, Terminal};

#[tokio::test(flavor = "multi_thread")]
async fn a_lease_starts_once_extends_and_ends() {
    let server = Server::start().await;
    let mut ann = server.learner();
    let lease = ann.start(None).await;
    assert_eq!(server.containers_of(&lease).len(), 1);

    let again = ann.post("/api/leases", &json!({"exercise": null})).await;
    assert_eq!((again.status, again.json()["id"].as_str()), (200, Some(lease.as_str())), "pressing twice makes one");

    let before = ann.get(&format!("/api/leases/{lease}")).await.json()["expires_at"].as_i64().unwrap();
    let after =
        ann.post(&format!("/api/leases/{lease}/extend"), &json!({})).await.json()["expires_at"].as_i64().unwrap();
    assert_eq!(after - before, 30 * 60);

    assert_eq!(ann.delete(&format!("/api/leases/{lease}")).await.status, 204);
    let view = ann.until(&lease, "ended").await;
    assert!(view["end_reason"].as_str().is_some_and(|why| !why.is_empty()), "{view}");
    let began = Instant::now();
    while !server.containers_of(&lease).is_empty() {
        assert!(began.elapsed() < Duration::from_secs(20), "the container stays");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let answer = ann.post(&format!("/api/leases/{lease}/extend"), &json!({})).await;
    assert!(matches!(answer.status, 409 | 410 | 404), "{}", answer.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_host_queues_and_serves_in_order() {
    let server = Server::with(&[("DRYDOCK_LEASES__MOST", "1")]).await;
    let (mut ann, mut bob) = (server.learner(), server.learner());
    let first = ann.start(None).await;
    let second = bob.post("/api/leases", &json!({"exercise": null})).await.json();
    let id = second["id"].as_str().unwrap().to_owned();
    tokio::time::sleep(Duration::from_secs(1)).await;
    let waiting = bob.get(&format!("/api/leases/{id}")).await.json();
    assert_eq!((&waiting["state"], &waiting["position"]), (&json!("queued"), &json!(1)), "{waiting}");
    assert_eq!(ann.delete(&format!("/api/leases/{first}")).await.status, 204);
    bob.until(&id, "ready").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_learner_cannot_take_the_whole_host() {
    let server = Server::with(&[("DRYDOCK_LEASES__PER_LEARNER", "1")]).await;
    let mut ann = server.learner();
    let lease = ann.start(None).await;
    let other = ann.post("/api/leases", &json!({"exercise": "flatten-secret-image"})).await;
    assert_eq!(other.error(), (409, "too_many".to_owned()));
    assert_eq!(ann.get(&format!("/api/leases/{lease}")).await.json()["state"], "ready");
}

#[tokio::test(flavor = "multi_thread")]
async fn work_is_saved_when_the_time_is_up() {
    let server = Server::with(&[("DRYDOCK_LEASES__MINUTES", "1"), ("DRYDOCK_LEASES__EXTENSIONS", "0")]).await;
    let mut ann = server.learner();
    let first = ann.start(Some("flatten-secret-image")).await;
    // Written by the shell, short before the end.
    let mut terminal = Terminal::attach(&ann, &first, 0).await;
    terminal.type_line("sleep 50; date > late.txt").await;
    let began = Instant::now();
    loop {
        let view = ann.get(&format!("/api/leases/{first}")).await.json();
        if view["state"] == "ended" {
            assert_eq!(view["end_reason"], "Its time was up.");
            break;
        }
        assert!(began.elapsed() < Duration::from_secs(110), "{view}");
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    let second = ann.start(Some("flatten-secret-image")).await;
    assert_eq!(ann.get(&format!("/api/leases/{second}/files/late.txt")).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_entry_needs_is_made_before_it_is_tried() {
    let server = Server::start().await;
    let mut ann = server.learner();
    let lease = ann.start(None).await;
    let place = |entry: &str| format!("/api/leases/{lease}/fixtures/{entry}");
    let laid = ann.post(&place("wait-for-the-end"), &json!({})).await;
    assert_eq!((laid.status, laid.json()), (200, json!({"problem": null})), "{}", laid.text());
    let mut terminal = Terminal::attach(&ann, &lease, 0).await;
    assert!(terminal.ask("docker ps -a --format '{{.Names}}'").await.contains("migrate"));
    let again = ann.post(&place("wait-for-the-end"), &json!({})).await.json();
    assert_eq!(again, json!({"problem": null}), "what was made for an entry is made anew");
    terminal.ask("docker rm -f migrate; docker run -d --name migrate busybox sleep 900").await;
    let again = ann.post(&place("wait-for-the-end"), &json!({})).await.json();
    assert!(again["problem"].as_str().is_some_and(|why| why.contains("already in use")), "{again}");
    assert_eq!(ann.post(&place("nothing"), &json!({})).await.error(), (404, "not_found".to_owned()));
    assert_eq!(ann.post(&place("Bad!"), &json!({})).await.status, 400);
    let mut bob = server.learner();
    assert_eq!(bob.post(&place("wait-for-the-end"), &json!({})).await.status, 404, "of another learner");
}
