//! A server that is killed at the worst moment, again and again: what was promised holds, and nothing is left over.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tests::{Learner, Server};

const EXERCISE: &str = "flatten-secret-image";
/// Milliseconds after a step began, at which the server is killed: through claim, furnishing, the first check and the
/// removal, and past them.
const MOMENTS: [u64; 12] = [0, 2, 5, 10, 15, 25, 40, 60, 100, 200, 400, 900];
const AGREED: Duration = Duration::from_secs(60);

/// The living leases' containers and the pool's are all that is there; every ready lease has one.
async fn agrees(server: &Server, wanted: impl Fn(&[Value]) -> bool) -> Vec<Value> {
    let began = Instant::now();
    loop {
        let listed = server.ask(&["leases", "--json"]);
        let leases = listed["leases"].as_array().unwrap().clone();
        let idle = server.idle();
        let taken = leases.iter().filter_map(|row| row["container"].as_str());
        let known: BTreeSet<&str> = taken.chain(idle.iter().map(String::as_str)).collect();
        let there = server.containers();
        let settled = leases.iter().all(|row| row["state"] == "ready");
        if settled && wanted(&leases) && known == there.iter().map(String::as_str).collect() {
            return leases;
        }
        assert!(began.elapsed() < AGREED, "database {leases:?} {idle:?}, engine {there:?}; {}", server.said());
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// Begin a request and kill the server some time after.
async fn cut_off(server: &mut Server, moment: u64, request: impl Future) {
    let _cut = tokio::time::timeout(Duration::from_millis(moment), request).await;
    server.kill();
    server.again().await;
}

#[tokio::test]
async fn a_server_killed_at_any_moment_of_a_start_a_check_and_an_end_leaves_nothing_wrong() {
    let mut server = Server::with(&[("DRYDOCK_POOL__IDLE", "1")]).await;
    let mut cases = 0;
    for moment in MOMENTS {
        let mut ann = server.learner();
        // A cookie that the server knows, so that what is cut off is hers.
        assert_eq!(ann.post("/api/leases", &json!({"exercise": "no-such"})).await.status, 404);
        let body = json!({"exercise": EXERCISE});
        cut_off(&mut server, moment, ann.try_post("/api/leases", &body)).await;
        cases += 1;
        // Whether it was heard or not, pressing again gives one sandbox.
        let lease = ann.start(Some(EXERCISE)).await;
        agrees(&server, |leases| leases.len() == 1 && leases[0]["id"] == lease.as_str()).await;

        let attempts = format!("/api/leases/{lease}/attempts");
        cut_off(&mut server, moment, ann.try_post(&attempts, &json!({}))).await;
        cases += 1;
        agrees(&server, |leases| leases.len() == 1).await;
        let known = whole_check(&mut ann, &attempts).await;
        // The one that was cut off counts once, if it was heard at all; none is lost, and none runs for ever.
        assert!((1..=2).contains(&known.len()), "{known:?}");
        for (one, number) in known.iter().rev().zip(1..) {
            assert_eq!(one["number"], number, "{known:?}");
        }
        assert_eq!(known[0]["state"], "graded", "{known:?}");
        assert!(known.iter().all(|one| one["state"] != "running"), "{known:?}");

        let end = format!("/api/leases/{lease}");
        cut_off(&mut server, moment, ann.try_delete(&end)).await;
        cases += 1;
        let left = agrees(&server, |leases| leases.len() <= 1).await;
        if !left.is_empty() {
            assert_eq!(ann.delete(&end).await.status, 204);
        }
        agrees(&server, <[Value]>::is_empty).await;
    }
    assert_eq!(cases, 3 * MOMENTS.len());
}

/// Check once more and wait for the verdict; all attempts, the latest first.
async fn whole_check(learner: &mut Learner, attempts: &str) -> Vec<Value> {
    let began = Instant::now();
    loop {
        let answer = learner.post(attempts, &json!({})).await;
        if answer.status < 300 {
            break;
        }
        // The sandbox is being found again.
        assert!(began.elapsed() < AGREED && answer.status == 409, "{} {}", answer.status, answer.text());
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    loop {
        let all = learner.get(&format!("/api/exercises/{EXERCISE}/attempts")).await.json();
        let all = all.as_array().unwrap().clone();
        if all[0]["state"] != "running" {
            return all;
        }
        assert!(began.elapsed() < AGREED, "{all:?}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
