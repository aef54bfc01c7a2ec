//! Checks that look at state alone, and checks that run the steps in a fresh sandbox, against the same steps by hand.
//! They are measured on exercises of the bench's own: it is the kind that is measured, not what an exercise makes of it.

use std::time::{Duration, Instant};

use ::tests::{Learner, Server, Terminal};
use serde_json::json;

use crate::{report::Report, stats::Sample};

/// Folder with the two exercises.
pub(crate) const CONTENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/bin/bench/content");
const PRESSES: usize = 40;
const RERUNS: usize = 5;
/// What the checks of state look at.
const LAY: &str = "docker volume create data && mkdir w && echo here > w/index.html && docker run -d --name up -p 8080:80 -v $PWD/w:/w busybox httpd -f -h /w && until curl -sf localhost:8080; do sleep .1; done | tail -n 1";
/// The scenario's step, as the exercise has it.
const STEPS: &str = "docker build -q --no-cache -t made . >/dev/null && docker run --rm made";

pub(crate) async fn measure(server: &Server, report: &mut Report) {
    state(server, report).await;
    rerun(server, report).await;
}

async fn state(server: &Server, report: &mut Report) {
    let mut learner = server.learner();
    let (lease, mut terminal) = begin(&mut learner, "state").await;
    assert_eq!(terminal.ask(LAY).await.lines().last(), Some("here"));
    let (mut all, mut each) = (Sample::default(), Sample::default());
    // The first press warms up and is not counted.
    for press in 0..=PRESSES {
        let pressed = check(&mut learner, &lease, "state").await;
        if press > 0 {
            all.add_time(pressed.verdict);
            pressed.looks.into_iter().for_each(|look| each.add_time(look));
        }
    }
    let detail = format!(
        "one check, 95th percentile of {}; median {:.0} ms; from the press to the verdict of four {:.0} ms",
        each.len(),
        each.median(),
        all.percentile(95)
    );
    report.note("grade_state_p95", each.percentile(95), "ms", Some(1000.0), detail);
}

async fn rerun(server: &Server, report: &mut Report) {
    let mut learner = server.learner();
    let (lease, mut terminal) = begin(&mut learner, "rerun").await;
    let (mut by_hand, mut checks) = (Sample::default(), Sample::default());
    // As above; the engine that they are done on by hand is warm as well.
    for round in 0..=RERUNS {
        let began = Instant::now();
        assert_eq!(terminal.ask(STEPS).await, "made");
        let took = began.elapsed();
        let pressed = check(&mut learner, &lease, "rerun").await;
        if round > 0 {
            by_hand.add_time(took);
            checks.add_time(pressed.looks[0]);
        }
    }
    let (hand, check) = (by_hand.median(), checks.median());
    let detail = format!(
        "{check:.0} ms from looking to the result, with a fresh sandbox, above {hand:.0} ms of the same steps by hand; medians of {RERUNS}"
    );
    report.note("grade_rerun_beyond_steps", check - hand, "ms", Some(1500.0), detail);
}

async fn begin(learner: &mut Learner, exercise: &str) -> (String, Terminal) {
    let lease = learner.start(Some(exercise)).await;
    learner.until_engine(&lease).await;
    let terminal = Terminal::attach(learner, &lease, 0).await;
    (lease, terminal)
}

/// Times of one press.
struct Pressed {
    /// Of each check, from looking to its result.
    looks: Vec<Duration>,
    /// To the verdict.
    verdict: Duration,
}

/// Press Check and follow it to a verdict that must be passed, by checks of one kind.
async fn check(learner: &mut Learner, lease: &str, kind: &str) -> Pressed {
    let began = Instant::now();
    let attempt = learner.post(&format!("/api/leases/{lease}/attempts"), &json!({})).await;
    assert_eq!(attempt.status, 202, "{}", attempt.text());
    let id = attempt.json()["id"].as_str().unwrap().to_owned();
    let mut events = learner.events(&format!("/api/attempts/{id}/events")).await;
    let (mut looking, mut looks) = (began, Vec::new());
    loop {
        let (event, data) = events.next().await.expect("events until the verdict");
        match event.as_str() {
            "looking" => looking = Instant::now(),
            "check" => {
                assert_eq!(data["kind"], kind, "{data}");
                looks.push(looking.elapsed());
            }
            "verdict" => {
                assert_eq!(data["passed"], true, "it is right: {data}");
                return Pressed { looks, verdict: began.elapsed() };
            }
            other => panic!("{other}: {data}"),
        }
    }
}
