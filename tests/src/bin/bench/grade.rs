//! One press of Check on the flagship, solved, against `docker save | sha256sum` of the same image in the same sandbox.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use ::tests::{Learner, Server, Terminal};
use serde_json::json;

use crate::{
    report::{Base, Report},
    stats::Sample,
};

const ROUNDS: usize = 5;
const EXERCISE: &str = "flatten-secret-image";
/// The check that reads one archive whole and searches every byte of it.
const ONE_ARCHIVE: &str = "flat-is-clean";
const BASE: &str = "docker save app:flat | sha256sum in the same sandbox";

/// Times of one attempt.
struct Graded {
    /// The longest part: from looking to the result of [`ONE_ARCHIVE`].
    one: Duration,
    /// From the press to the last check of an archive.
    archives: Duration,
    /// From the press to the verdict.
    all: Duration,
}

pub(crate) async fn measure(server: &Server, report: &mut Report) {
    let mut learner = server.learner();
    let lease = learner.start(Some(EXERCISE)).await;
    learner.until_engine(&lease).await;
    let mut terminal = Terminal::attach(&learner, &lease, 0).await;
    learner.solve(&lease, EXERCISE, &mut terminal).await;
    let (mut plains, mut ones) = (Sample::default(), Sample::default());
    let (mut archives, mut alls) = (Sample::default(), Sample::default());
    // The first round warms caches on both sides and is not counted.
    for round in 0..=ROUNDS {
        let began = Instant::now();
        let sum = terminal.ask("docker save app:flat | sha256sum").await;
        let plain = began.elapsed();
        assert!(sum.len() >= 64, "{sum}");
        let graded = grade(&mut learner, &lease).await;
        if round > 0 {
            plains.add_time(plain);
            ones.add_time(graded.one);
            archives.add_time(graded.archives);
            alls.add_time(graded.all);
        }
    }
    let base = Base { what: BASE, times: &plains };
    report.note_ratio("grade_one_archive", &ones, &base, 50, Some(1.5));
    report.note_ratio("grade_all_archives", &archives, &base, 50, None);
    report.note_ratio("grade_to_verdict", &alls, &base, 50, None);
}

/// Press Check and follow it to a verdict that must be passed.
async fn grade(learner: &mut Learner, lease: &str) -> Graded {
    let began = Instant::now();
    let attempt = learner.post(&format!("/api/leases/{lease}/attempts"), &json!({})).await;
    assert_eq!(attempt.status, 202, "{}", attempt.text());
    let id = attempt.json()["id"].as_str().unwrap().to_owned();
    let mut events = learner.events(&format!("/api/attempts/{id}/events")).await;
    let (mut looked, mut archives, mut one) = (HashMap::new(), None, None);
    loop {
        let (event, data) = events.next().await.expect("events until the verdict");
        let at = began.elapsed();
        let check = data["check"].as_str().unwrap_or_default().to_owned();
        match event.as_str() {
            "looking" => drop(looked.insert(check, at)),
            "check" if data["kind"] == "artifact" => {
                archives = Some(at);
                if check == ONE_ARCHIVE {
                    one = Some(at - looked[ONE_ARCHIVE]);
                }
            }
            "check" => {}
            "verdict" => {
                assert_eq!(data["passed"], true, "the solution passes: {data}");
                let (one, archives) = (one.expect("a searched archive"), archives.expect("archives"));
                return Graded { one, archives, all: at };
            }
            other => panic!("{other}: {data}"),
        }
    }
}
