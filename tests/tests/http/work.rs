//! A learner's work: kept beyond the sandbox, judged by the words that are in it, forgotten at a reset.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tests::{Learner, Server, Terminal};

const EXERCISE: &str = "flatten-secret-image";

/// Press Check and wait; the outcome of each check by its id.
async fn check(learner: &mut Learner, lease: &str) -> Value {
    let attempt = learner.post(&format!("/api/leases/{lease}/attempts"), &json!({})).await;
    assert_eq!(attempt.status, 202, "{}", attempt.text());
    let id = attempt.json()["id"].as_str().unwrap().to_owned();
    let mut events = learner.events(&format!("/api/attempts/{id}/events")).await;
    loop {
        let (event, data) = events.next().await.expect("events until the verdict");
        assert_ne!(event, "abandoned", "{data}");
        if event == "verdict" {
            return data;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn work_that_came_back_can_be_solved() {
    let server = Server::start().await;
    let mut ann = server.learner();
    let first = ann.start(Some(EXERCISE)).await;
    let key = ann.get(&format!("/api/leases/{first}/files/licence.key")).await.text();
    assert_eq!(ann.put(&format!("/api/leases/{first}/files/mine.txt"), b"mine").await.status, 204);
    assert_eq!(ann.delete(&format!("/api/leases/{first}")).await.status, 204);

    // The key in the kept file is the one that the checks look for.
    let second = ann.start(Some(EXERCISE)).await;
    assert_eq!(ann.get(&format!("/api/leases/{second}/files/licence.key")).await.text(), key);
    ann.until_engine(&second).await;
    let mut terminal = Terminal::attach(&ann, &second, 0).await;
    ann.solve(&second, EXERCISE, &mut terminal).await;
    let verdict = check(&mut ann, &second).await;
    assert_eq!(verdict["passed"], true, "{verdict}");

    // A reset forgets the files, and the new key is another one.
    let reset = ann.post(&format!("/api/leases/{second}/reset"), &json!({})).await.json();
    let third = reset["id"].as_str().unwrap().to_owned();
    ann.until(&third, "ready").await;
    assert_eq!(ann.get(&format!("/api/leases/{third}/files/mine.txt")).await.status, 404);
    assert_ne!(ann.get(&format!("/api/leases/{third}/files/licence.key")).await.text(), key);
}

#[tokio::test(flavor = "multi_thread")]
async fn work_is_saved_when_the_time_is_up() {
    let server = Server::with(&[("DRYDOCK_LEASES__MINUTES", "1"), ("DRYDOCK_LEASES__EXTENSIONS", "0")]).await;
    let mut ann = server.learner();
    let first = ann.start(Some(EXERCISE)).await;
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
    let second = ann.start(Some(EXERCISE)).await;
    assert_eq!(ann.get(&format!("/api/leases/{second}/files/late.txt")).await.status, 200);
}
