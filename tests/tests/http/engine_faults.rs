//! An engine that refuses, loses, cuts, garbles, hangs or goes away: whoever waits keeps the place and is told why, what
//! could not be looked at is no wrong answer, the server recovers by itself, and nothing is left over.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tests::{Fault, FaultyWay, Learner, Mode, Operation, Server, Terminal};

use crate::agreement::{AGREED, agrees, nothing_left};

const EXERCISE: &str = "flatten-secret-image";

const REFUSED: Fault = Fault::Refuse(500, "something went wrong in the engine");
const FULL: Fault = Fault::Refuse(500, "mkdir /var/lib/docker/overlay2/x: no space left on device");
const MISSING: Fault = Fault::Refuse(404, "No such image: drydock/sandbox");
const CONFLICT: Fault = Fault::Refuse(409, "Conflict. The container name is already in use");

async fn behind(way: &FaultyWay, settings: &[(&'static str, &str)]) -> Server {
    let address = way.address();
    let settings: Vec<(&'static str, &str)> =
        [("DRYDOCK_DOCKER_HOST", address.as_str())].into_iter().chain(settings.iter().copied()).collect();
    Server::with(&settings).await
}

/// One start and one end with each fault in turn on an operation.
async fn each(operation: Operation, faults: &[Fault]) {
    let way = FaultyWay::open();
    let server = behind(&way, &[]).await;
    let mut ann = server.learner();
    for (number, fault) in (1..).zip(faults) {
        way.inject(operation, 0, *fault);
        let lease = ann.start(Some(EXERCISE)).await;
        let answer = ann.delete(&format!("/api/leases/{lease}")).await;
        assert_eq!(answer.status, 204, "{fault:?}: {}", answer.text());
        // The reaper's list is asked for every few seconds only.
        assert!(way.until_hits(number, AGREED).await, "{operation:?} {fault:?} never came");
        nothing_left(&server).await;
    }
    assert_eq!((way.hits(), way.forget()), (faults.len(), 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_container_that_is_not_created_is_created_again() {
    use Fault::{Close, Garbage, Half, Lose, Nonsense};
    each(Operation::Create, &[REFUSED, FULL, MISSING, CONFLICT, Close, Lose, Half, Garbage, Nonsense]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_container_that_does_not_start_is_replaced() {
    use Fault::{Close, Garbage, Half, Lose};
    each(Operation::Start, &[REFUSED, FULL, MISSING, CONFLICT, Close, Lose, Half, Garbage]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_supervisor_that_is_not_reached_is_tried_again_or_replaced() {
    use Fault::{Close, CutAt, Garbage, Half, Lose, Nonsense};
    each(Operation::Exec, &[REFUSED, MISSING, CONFLICT, Close, Lose, Half, Garbage, Nonsense]).await;
    each(Operation::Attach, &[REFUSED, MISSING, CONFLICT, Close, Garbage, Nonsense, CutAt(1), CutAt(100), CutAt(250)])
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_container_that_is_not_removed_is_removed_later() {
    use Fault::{Close, Garbage, Half, Lose, Nonsense};
    each(Operation::Remove, &[REFUSED, MISSING, CONFLICT, Close, Lose, Half, Garbage, Nonsense]).await;
    each(Operation::List, &[REFUSED, Close, Half, Garbage, Nonsense]).await;
}

/// The stream to a sandbox carries everything; it breaks while files are laid, a terminal is used and a check runs.
#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_breaks_anywhere_makes_no_answer_wrong() {
    let way = FaultyWay::open();
    let server = behind(&way, &[]).await;
    let mut ann = server.learner();
    let mut cases = 0;
    for bytes in [600, 900, 1_300, 2_000, 3_000, 5_000, 10_000, 30_000] {
        way.inject(Operation::Attach, 0, Fault::CutAt(bytes));
        cases += 1;
        let lease = ann.start(Some(EXERCISE)).await;
        // Traffic until it has come.
        while way.hits() < cases {
            let verdict = check(&mut ann, &lease).await;
            tell_apart(&verdict);
        }
        // Afterwards all is well: the untouched start is looked at in full, and is not the solution.
        let verdict = check(&mut ann, &lease).await;
        assert_eq!((tell_apart(&verdict), &verdict["passed"]), (0, &json!(false)), "{verdict}");
        assert_eq!(ann.delete(&format!("/api/leases/{lease}")).await.status, 204);
    }
    nothing_left(&server).await;
    assert_eq!((way.hits(), way.forget()), (cases, 0));
}

/// Press Check until it is heard; the verdict.
async fn check(learner: &mut Learner, lease: &str) -> Value {
    let began = Instant::now();
    let id = loop {
        let answer = learner.post(&format!("/api/leases/{lease}/attempts"), &json!({})).await;
        if answer.status == 202 {
            break answer.json()["id"].as_str().unwrap().to_owned();
        }
        let (status, _) = answer.error();
        assert!(matches!(status, 409 | 503), "{status}: {}", answer.text());
        assert!(began.elapsed() < AGREED, "{}", answer.text());
        tokio::time::sleep(Duration::from_millis(200)).await;
    };
    let mut events = learner.events(&format!("/api/attempts/{id}/events")).await;
    loop {
        let (event, data) = events.next().await.expect("events until the verdict");
        if event == "verdict" {
            return data;
        }
    }
}

/// No check of an untouched start has passed; how many could not be looked at.
fn tell_apart(verdict: &Value) -> usize {
    let checks = verdict["results"].as_array().unwrap();
    assert!(!checks.is_empty());
    for one in checks {
        assert_ne!(one["outcome"], "passed", "{one}");
    }
    checks.iter().filter(|one| one["because"]["because"] == "fault").count()
}

/// Wait until a queued lease's message holds a text; how long that took.
async fn told(learner: &mut Learner, lease: &str, text: &str) -> Duration {
    let began = Instant::now();
    loop {
        let view = learner.get(&format!("/api/leases/{lease}")).await.json();
        assert_eq!(view["state"], "queued", "{view}");
        assert_eq!(view["position"], 1, "{view}");
        if view["message"].as_str().is_some_and(|message| message.contains(text)) {
            assert!(view["eta_seconds"].is_null(), "nobody knows how long: {view}");
            return began.elapsed();
        }
        assert!(began.elapsed() < AGREED, "{text:?} is not told: {view}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn those_who_wait_are_told_why_and_keep_their_place() {
    let way = FaultyWay::open();
    let server = behind(&way, &[]).await;
    let mut ann = server.learner();
    let cases = [
        (FULL, "disk is full"),
        (MISSING, "not prepared"),
        (CONFLICT, "No sandbox can be made"),
        (REFUSED, "No sandbox can be made"),
        (Fault::Garbage, "engine does not answer"),
    ];
    for (fault, text) in cases {
        for _ in 0..50 {
            way.inject(Operation::Create, 0, fault);
        }
        let lease = ann.post("/api/leases", &json!({"exercise": EXERCISE})).await.json();
        let lease = lease["id"].as_str().unwrap();
        told(&mut ann, lease, text).await;
        way.forget();
        ann.until(lease, "ready").await;
        assert_eq!(ann.delete(&format!("/api/leases/{lease}")).await.status, 204);
    }
    nothing_left(&server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_that_goes_away_and_comes_back_costs_nobody_anything() {
    let mut way = FaultyWay::open();
    let server = behind(&way, &[]).await;
    let (mut ann, mut ben) = (server.learner(), server.learner());
    let lease = ann.start(Some(EXERCISE)).await;
    let mut terminal = Terminal::attach(&ann, &lease, 0).await;
    terminal.type_line("kept=anchor").await;
    let shell = terminal.ask("echo $$").await;
    for gone in [false, true] {
        if gone {
            way.remove()
        } else {
            way.set(Mode::Down)
        }
        until_health(&mut ann, 503).await;
        assert_eq!(ann.get("/").await.status, 200);
        let waiting = ben.post("/api/leases", &json!({"exercise": EXERCISE})).await.json();
        let waiting = waiting["id"].as_str().unwrap().to_owned();
        told(&mut ben, &waiting, "engine does not answer").await;
        // Neither a success nor a wrong answer.
        let answer = ann.post(&format!("/api/leases/{lease}/attempts"), &json!({})).await;
        if answer.status != 202 {
            assert_eq!((answer.error(), answer.header("retry-after")), ((503, "busy".to_owned()), "5"));
        }
        let listed = ann.get(&format!("/api/leases/{lease}/files")).await;
        assert_eq!((listed.error(), listed.header("retry-after")), ((503, "busy".to_owned()), "5"));
        if gone {
            way.restore()
        } else {
            way.set(Mode::Up)
        }
        ben.until(&waiting, "ready").await;
        assert_eq!(ben.delete(&format!("/api/leases/{waiting}")).await.status, 204);
        until_health(&mut ann, 200).await;
        // The same shell, which noticed nothing.
        let mut terminal = Terminal::attach(&ann, &lease, terminal.end()).await;
        assert_eq!(terminal.ask("echo $$ $kept").await, format!("{shell} anchor"));
        let verdict = check(&mut ann, &lease).await;
        assert_eq!(tell_apart(&verdict), 0, "{verdict}");
    }
    agrees(&server, |leases| leases.len() == 1 && leases[0]["id"] == lease.as_str()).await;
}

/// Wait until the server's health is told with a status.
async fn until_health(learner: &mut Learner, status: u16) {
    let began = Instant::now();
    loop {
        let answer = learner.get("/healthz").await;
        if answer.status == status {
            return;
        }
        assert!(began.elapsed() < AGREED, "{} {}", answer.status, answer.text());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_comes_up_before_its_engine() {
    let mut way = FaultyWay::open();
    way.remove();
    let server = behind(&way, &[("DRYDOCK_LEASES__MOST", "4")]).await;
    let mut ann = server.learner();
    assert_eq!((ann.get("/healthz").await.status, ann.get("/").await.status), (503, 200));
    let lease = ann.post("/api/leases", &json!({"exercise": EXERCISE})).await.json();
    let lease = lease["id"].as_str().unwrap();
    told(&mut ann, lease, "engine does not answer").await;
    way.restore();
    ann.until(lease, "ready").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sandboxes_that_died_with_the_engine_are_told_and_their_files_come_back() {
    let way = FaultyWay::open();
    let server = behind(&way, &[]).await;
    let mut ann = server.learner();
    let lease = ann.start(Some(EXERCISE)).await;
    assert_eq!(ann.put(&format!("/api/leases/{lease}/files/kept.txt"), b"mine").await.status, 204);
    check(&mut ann, &lease).await;
    // As an engine without live restore leaves it.
    way.set(Mode::Down);
    let containers = server.containers_of(&lease);
    let killed = std::process::Command::new("docker").arg("kill").args(&containers).output().unwrap();
    assert!(killed.status.success());
    tokio::time::sleep(Duration::from_secs(1)).await;
    way.set(Mode::Up);
    let view = ann.until(&lease, "ended").await;
    assert_eq!(view["end_reason"], "The sandbox ended by itself.");
    let next = ann.start(Some(EXERCISE)).await;
    assert_eq!(&ann.get(&format!("/api/leases/{next}/files/kept.txt")).await.body[..], b"mine");
    agrees(&server, |leases| leases.len() == 1 && leases[0]["id"] == next.as_str()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_that_hangs_for_a_minute_holds_up_only_what_needs_it() {
    let way = FaultyWay::open();
    let server = behind(&way, &[]).await;
    let (mut ann, mut ben) = (server.learner(), server.learner());
    let lease = ann.start(Some(EXERCISE)).await;
    let mut terminal = Terminal::attach(&ann, &lease, 0).await;
    let shell = terminal.ask("echo $$").await;
    let before = server.memory_mib();
    way.set(Mode::Frozen);
    let frozen = Instant::now();
    let waiting = ben.post("/api/leases", &json!({"exercise": EXERCISE})).await.json();
    let waiting = waiting["id"].as_str().unwrap().to_owned();
    told(&mut ben, &waiting, "engine does not answer").await;
    assert!(frozen.elapsed() < Duration::from_secs(20), "it is told while it hangs: {:?}", frozen.elapsed());
    let mut asked = 0;
    while frozen.elapsed() < Duration::from_secs(61) {
        for path in ["/", "/exercises", "/api/search?q=volume"] {
            assert_eq!(ann.get(path).await.status, 200, "{path}");
        }
        assert_eq!(ann.get("/healthz").await.status, 503);
        // It is given up, and does not pile up.
        let listed = ann.get(&format!("/api/leases/{lease}/files")).await;
        assert_eq!(listed.error(), (503, "busy".to_owned()));
        asked += 1;
    }
    assert!(asked > 1, "{asked}");
    let grown = server.memory_mib() - before;
    assert!(grown < 32.0, "{grown} MiB");
    way.set(Mode::Up);
    ben.until(&waiting, "ready").await;
    let mut terminal = Terminal::attach(&ann, &lease, terminal.end()).await;
    assert_eq!(terminal.ask("echo $$").await, shell, "the same shell");
    assert_eq!(ben.delete(&format!("/api/leases/{waiting}")).await.status, 204);
    agrees(&server, |leases| leases.len() == 1 && leases[0]["id"] == lease.as_str()).await;
}
