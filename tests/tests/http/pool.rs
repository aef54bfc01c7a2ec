//! Sandboxes made ahead: given out at once, each to one learner, made anew, announced, ended with the server.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tests::{Server, Terminal};

/// Wait until so many sandboxes are ready; their containers.
async fn ready(server: &Server, number: usize) -> BTreeSet<String> {
    let began = Instant::now();
    loop {
        let idle: BTreeSet<String> = server.idle().into_iter().collect();
        if idle.len() == number {
            return idle;
        }
        assert!(began.elapsed() < Duration::from_secs(120), "{number} wanted: {idle:?}; {}", server.said());
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

#[tokio::test]
async fn a_warm_sandbox_is_given_at_once_and_never_again() {
    let server = Server::with(&[("DRYDOCK_POOL__IDLE", "2")]).await;
    let mut used = BTreeSet::new();
    for round in 0..3 {
        let idle = ready(&server, 2).await;
        assert!(idle.is_disjoint(&used), "a used one is offered again");
        let mut ann = server.learner();
        let answer = ann.post("/api/leases", &json!({"exercise": "flatten-secret-image"})).await;
        assert_eq!(answer.status, 201);
        let lease = answer.json()["id"].as_str().unwrap().to_owned();
        ann.until(&lease, "ready").await;
        let own = server.containers_of(&lease);
        assert_eq!(own.len(), 1);
        assert!(idle.contains(&own[0]), "it was made ahead");
        assert!(used.insert(own[0].clone()), "each has one of its own");
        let mut terminal = Terminal::attach(&ann, &lease, 0).await;
        assert_eq!(
            terminal.ask("ls Dockerfile; echo was here > /root/mark; ls /root/mark").await,
            "Dockerfile\n/root/mark"
        );
        // The next learner's must not show it, in whatever way this one ended.
        if round != 1 {
            assert_eq!(ann.delete(&format!("/api/leases/{lease}")).await.status, 204);
        }
    }
}

#[tokio::test]
async fn an_engine_sleeps_until_it_is_used() {
    let server = Server::with(&[("DRYDOCK_POOL__IDLE", "1")]).await;
    ready(&server, 1).await;
    let mut ann = server.learner();
    let lease = ann.start(None).await;
    let view = ann.get(&format!("/api/leases/{lease}")).await.json();
    assert_eq!(view["engine"], "asleep", "{view}");
    // Whoever only looks does not wake it.
    let mut terminal = Terminal::attach(&ann, &lease, 0).await;
    terminal.until("# ").await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(ann.get(&format!("/api/leases/{lease}")).await.json()["engine"], "asleep");
    // The first command waits for it instead of failing.
    assert_eq!(terminal.ask("pgrep -c dockerd || true; docker ps -q | wc -l").await.lines().last(), Some("0"));
    ann.until_engine(&lease).await;
    assert_eq!(terminal.ask("ls -l /run/docker.sock | cut -d' ' -f1,3,4").await, "srw-rw---- root docker");
}

#[tokio::test]
async fn an_announced_class_finds_its_sandboxes_ready() {
    let server = Server::with(&[("DRYDOCK_POOL__IDLE", "0"), ("DRYDOCK_LEASES__MOST", "4")]).await;
    let announced = server.ask(&["pool", "announce", "3", "--note", "a class", "--json"]);
    let idle = ready(&server, 3).await;
    let mut learners = Vec::new();
    for _ in 0..2 {
        let mut learner = server.learner();
        let lease = learner.start(None).await;
        assert!(server.containers_of(&lease).iter().all(|id| idle.contains(id)));
        learners.push((learner, lease));
    }
    // Of three, one has not come yet: none is made for those who have.
    assert_eq!(ready(&server, 1).await.difference(&idle).count(), 0);
    server.run(&["pool", "cancel", announced["id"].as_str().unwrap()]);
    ready(&server, 0).await;
    for (learner, lease) in &mut learners {
        assert_eq!(learner.get(&format!("/api/leases/{lease}")).await.json()["state"], "ready");
    }
}

#[tokio::test]
async fn a_full_host_gives_idle_ones_before_it_makes_any_wait() {
    let server = Server::with(&[("DRYDOCK_POOL__IDLE", "5"), ("DRYDOCK_LEASES__MOST", "2")]).await;
    ready(&server, 2).await;
    let mut learners: Vec<_> = (0..3).map(|_| server.learner()).collect();
    let (mut first, mut leases) = (None, Vec::new());
    for learner in &mut learners {
        let view: Value = learner.post("/api/leases", &json!({"exercise": null})).await.json();
        leases.push(view["id"].as_str().unwrap().to_owned());
        first = first.or(Some(leases[0].clone()));
    }
    learners[0].until(&leases[0], "ready").await;
    learners[1].until(&leases[1], "ready").await;
    let third = learners[2].get(&format!("/api/leases/{}", leases[2])).await.json();
    assert_eq!((&third["state"], &third["position"]), (&json!("queued"), &json!(1)), "{third}");
    assert!(third["eta_seconds"].as_u64().unwrap() > 60, "until one of the others ends: {third}");
    assert_eq!(learners[0].delete(&format!("/api/leases/{}", leases[0])).await.status, 204);
    learners[2].until(&leases[2], "ready").await;
}

#[tokio::test]
async fn idle_sandboxes_end_with_the_server_and_come_back_after_a_crash() {
    let mut server = Server::with(&[("DRYDOCK_POOL__IDLE", "2")]).await;
    let before = ready(&server, 2).await;
    server.kill();
    server.again().await;
    assert_eq!(ready(&server, 2).await, before, "they are found again");
    let mut ann = server.learner();
    let lease = ann.start(None).await;
    assert!(server.containers_of(&lease).iter().all(|id| before.contains(id)));
    Terminal::attach(&ann, &lease, 0).await.until("# ").await;
    assert_eq!(ann.delete(&format!("/api/leases/{lease}")).await.status, 204);
    ready(&server, 2).await;
    assert_eq!(server.stop(), Some(0));
    assert!(server.containers().is_empty(), "nothing is left");
}

#[tokio::test]
async fn a_sandbox_in_which_nothing_happens_ends_and_one_in_use_does_not() {
    let server = Server::with(&[("DRYDOCK_LEASES__IDLE_MINUTES", "1")]).await;
    let (mut quiet, mut busy) = (server.learner(), server.learner());
    let (left, used) = (quiet.start(Some("flatten-secret-image")).await, busy.start(None).await);
    let mut events = quiet.events(&format!("/api/leases/{left}/events")).await;
    let mut terminal = Terminal::attach(&busy, &used, 0).await;
    let mut warned = false;
    let began = Instant::now();
    loop {
        assert!(began.elapsed() < Duration::from_secs(180), "it does not end");
        assert_eq!(terminal.ask("echo on").await, "on");
        let Ok(Some((name, view))) = tokio::time::timeout(Duration::from_secs(5), events.next()).await else {
            continue;
        };
        warned |= name == "warning" && view["message"].as_str().unwrap().contains("Nothing has happened");
        if view["state"] == "ended" {
            assert!(view["end_reason"].as_str().unwrap().contains("Nothing had happened"), "{view}");
            break;
        }
    }
    assert!(warned, "it was told before");
    assert_eq!(busy.get(&format!("/api/leases/{used}")).await.json()["state"], "ready");
}
