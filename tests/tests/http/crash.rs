//! A server that is killed at the worst moment, again and again: what was promised holds, and nothing is left over.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tests::{Fault, FaultyWay, Learner, Mode, Operation, Server, Terminal};

use crate::agreement::{AGREED, agrees, nothing_left};

const EXERCISE: &str = "flatten-secret-image";
/// Milliseconds after a step began, at which the server is killed: through claim, furnishing, the first check and the
/// removal, and past them.
const MOMENTS: [u64; 12] = [0, 2, 5, 10, 15, 25, 40, 60, 100, 200, 400, 900];

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
        counted_once(&whole_check(&mut ann, &attempts).await);

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

/// All attempts of a learner, the latest first, of whom one may have been cut off: it counts once, if it was heard at
/// all; none is lost, and none runs for ever.
fn counted_once(known: &[Value]) {
    assert!((1..=2).contains(&known.len()), "{known:?}");
    for (one, number) in known.iter().rev().zip(1..) {
        assert_eq!(one["number"], number, "{known:?}");
    }
    assert_eq!(known[0]["state"], "graded", "{known:?}");
    assert!(known.iter().all(|one| one["state"] != "running"), "{known:?}");
}

/// Kill a server that waits for the engine in a request that was injected, and start it again.
async fn killed_there(server: &mut Server, way: &FaultyWay, hits: usize) {
    assert!(way.until_hits(hits, AGREED).await, "the request never came: {}", server.said());
    server.kill();
    // Requests of a dead server hang no more.
    way.set(Mode::Down);
    way.set(Mode::Up);
    server.again().await;
}

/// The server is killed while it waits for the engine, before and after the engine has done what was asked: at every
/// request of a start, of a check's fresh sandbox and of an end, and at moments of the stream to a sandbox.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_killed_at_any_request_to_the_engine_leaves_nothing_wrong() {
    use Fault::{Hang, HangAfter, StallAt};
    let way = FaultyWay::open();
    let mut server = Server::with(&[("DRYDOCK_DOCKER_HOST", way.address().as_str())]).await;
    let of_making = [
        (Operation::Create, Hang),
        (Operation::Create, HangAfter),
        (Operation::Start, Hang),
        (Operation::Start, HangAfter),
        (Operation::Exec, Hang),
        (Operation::Exec, HangAfter),
        (Operation::Attach, Hang),
        (Operation::Attach, StallAt(1)),
        (Operation::Attach, StallAt(150)),
        (Operation::Attach, StallAt(400)),
        (Operation::Attach, StallAt(800)),
        (Operation::Attach, StallAt(1_200)),
        (Operation::Attach, StallAt(1_600)),
    ];
    let mut cases = 0;
    let mut longest = Duration::ZERO;
    for (operation, fault) in of_making {
        let mut ann = server.learner();
        way.inject(operation, 0, fault);
        cases += 1;
        let _heard = ann.post("/api/leases", &json!({"exercise": EXERCISE})).await;
        killed_there(&mut server, &way, cases).await;
        let began = Instant::now();
        let lease = ann.start(Some(EXERCISE)).await;
        agrees(&server, |leases| leases.len() == 1 && leases[0]["id"] == lease.as_str()).await;
        longest = longest.max(began.elapsed());

        // The same of the sandbox that a check makes for itself.
        solved(&mut ann, &lease).await;
        way.inject(operation, 0, fault);
        cases += 1;
        let attempts = format!("/api/leases/{lease}/attempts");
        assert_eq!(ann.post(&attempts, &json!({})).await.status, 202);
        killed_there(&mut server, &way, cases).await;
        let began = Instant::now();
        agrees(&server, |leases| leases.len() == 1 && leases[0]["id"] == lease.as_str()).await;
        longest = longest.max(began.elapsed());
        let known = whole_check(&mut ann, &attempts).await;
        counted_once(&known);
        assert_eq!(known[0]["verdict"]["passed"], true, "{known:?}");

        // Twice over, and enough: an end asks for the same whatever went wrong before.
        let of_removing = if operation == Operation::Create { &[Hang, HangAfter][..] } else { &[] };
        for fault in of_removing.iter().copied() {
            let last = ann.start(Some(EXERCISE)).await;
            way.inject(Operation::Remove, 0, fault);
            cases += 1;
            let end = format!("/api/leases/{last}");
            let ended = tokio::time::timeout(AGREED, ann.try_delete(&end));
            let killed = killed_there(&mut server, &way, cases);
            let _cut = tokio::join!(ended, killed);
            let began = Instant::now();
            nothing_left(&server).await;
            longest = longest.max(began.elapsed());
        }
        if let Some(row) = agrees(&server, |leases| leases.len() <= 1).await.first() {
            assert_eq!(ann.delete(&format!("/api/leases/{}", row["id"].as_str().unwrap())).await.status, 204);
        }
        nothing_left(&server).await;
    }
    assert_eq!((cases, way.forget()), (2 * of_making.len() + 4, 0));
    println!("{cases} kills; agreement took {longest:?} at most");
}

/// Solve the exercise in a lease's sandbox.
async fn solved(learner: &mut Learner, lease: &str) {
    learner.until_engine(lease).await;
    let mut terminal = Terminal::attach(learner, lease, 0).await;
    learner.solve(lease, EXERCISE, &mut terminal).await;
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
