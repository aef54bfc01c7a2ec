//! From pressing Start to the first prompt and to the engine's first answer, and from End to nothing left; against
//! `docker run --rm … true` on the same engine, in turn.

use std::{
    process::Command,
    time::{Duration, Instant},
};

use serde_json::json;
use tests::{Server, Terminal, containers_of};

use crate::report::{Report, median};

const ROUNDS: usize = 9;

/// The plain container that everything is compared with.
fn plain(image: &str) -> Duration {
    let began = Instant::now();
    let out = Command::new("docker").args(["run", "--rm", "--network", "none", image, "true"]).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    began.elapsed()
}

/// The base image that `drydock prepare` made or pulled last.
fn base_image() -> String {
    let out = Command::new("docker").args(["images", "-q", "drydock/debian"]).output().unwrap();
    String::from_utf8(out.stdout).unwrap().lines().next().expect("`drydock prepare` makes drydock/debian").to_owned()
}

pub(crate) async fn measure(server: &Server, report: &mut Report) {
    let image = base_image();
    let (mut plains, mut prompts, mut engines, mut ends) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    // The first round warms caches on both sides and is not counted.
    for round in 0..=ROUNDS {
        let baseline = plain(&image);
        let mut learner = server.learner();
        let began = Instant::now();
        let lease = learner.post("/api/leases", &json!({"exercise": null})).await.json();
        let id = lease["id"].as_str().unwrap().to_owned();
        server.remember(&id);
        until(&mut learner, &id, |view| view["state"] == "ready").await;
        let mut terminal = Terminal::attach(&learner, &id, 0).await;
        terminal.until("# ").await;
        let prompt = began.elapsed();
        until(&mut learner, &id, |view| view["engine"] == "ready").await;
        let engine = began.elapsed();
        drop(terminal);
        let began = Instant::now();
        assert_eq!(learner.delete(&format!("/api/leases/{id}")).await.status, 204);
        while !containers_of(&id).is_empty() {
            assert!(began.elapsed() < Duration::from_secs(30), "the container stays");
        }
        let end = began.elapsed();
        if round > 0 {
            plains.push(baseline);
            prompts.push(prompt);
            engines.push(engine);
            ends.push(end);
        }
    }
    let base = median(&plains);
    for (name, of, aim) in [
        ("start_to_prompt", &prompts, Some(1.5)),
        ("start_to_engine", &engines, Some(2.5)),
        ("end_to_nothing_left", &ends, None),
    ] {
        let value = median(of);
        let detail =
            format!("{value:.0} ms against {base:.0} ms of docker run --rm … true, medians of {ROUNDS} in turn");
        report.note(name, value / base, "ratio", aim, &detail);
    }
}

async fn until(learner: &mut tests::Learner, lease: &str, done: impl Fn(&serde_json::Value) -> bool) {
    let began = Instant::now();
    loop {
        let view = learner.get(&format!("/api/leases/{lease}")).await.json();
        if done(&view) {
            return;
        }
        assert!(began.elapsed() < Duration::from_secs(60), "{view}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
