//! From pressing Start to the first prompt and to the engine's first answer, as a browser sees them, against a plain
//! container of the same engine, in turn.

use std::time::{Duration, Instant};

use ::tests::{Learner, Server, Terminal};
use serde_json::json;
use tokio::sync::oneshot;

use crate::{
    plain,
    report::{Base, Report},
    room,
    stats::Sample,
};

const ROUNDS: usize = 11;
const WARM_ROUNDS: usize = 30;
/// Its files are laid out before the prompt counts.
const WARM_EXERCISE: &str = "flatten-secret-image";

/// Times since the press.
struct Started {
    ready: Duration,
    prompt: Duration,
    engine: Duration,
}

pub(crate) async fn measure(server: &Server, report: &mut Report) {
    let image = plain::image();
    let (mut plains, mut readies) = (Sample::default(), Sample::default());
    let (mut prompts, mut engines) = (Sample::default(), Sample::default());
    // The first round warms caches on both sides and is not counted.
    for round in 0..=ROUNDS {
        let began = Instant::now();
        plain::run(&image);
        let plain = began.elapsed();
        let mut learner = server.learner();
        // Whoever presses Start has read the page before.
        learner.get("/exercises").await;
        let (lease, started) = start(&mut learner).await;
        assert_eq!(learner.delete(&format!("/api/leases/{lease}")).await.status, 204);
        if round > 0 {
            plains.add_time(plain);
            readies.add_time(started.ready);
            prompts.add_time(started.prompt);
            engines.add_time(started.engine);
        }
    }
    let base = Base { what: plain::WHAT, times: &plains };
    report.note_ratio("start_to_ready", &readies, &base, 50, None);
    report.note_ratio("start_to_prompt", &prompts, &base, 50, Some(1.3));
    report.note_ratio("start_to_prompt_p95", &prompts, &base, 95, None);
    report.note_ratio("start_to_engine", &engines, &base, 50, Some(2.2));
}

/// The same with a sandbox that waits in the pool.
pub(crate) async fn warm(server: &Server, report: &mut Report) {
    let image = plain::image();
    let (mut plains, mut prompts) = (Sample::default(), Sample::default());
    for round in 0..=WARM_ROUNDS {
        let began = Instant::now();
        plain::run(&image);
        let plain = began.elapsed();
        while server.idle().len() < 2 {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let mut learner = server.learner();
        learner.get("/exercises").await;
        let mut seen = room::press(learner, Some(WARM_EXERCISE)).await;
        let prompt = seen.prompt;
        assert_eq!(seen.learner.delete(&format!("/api/leases/{}", seen.lease)).await.status, 204);
        if round > 0 {
            plains.add_time(plain);
            prompts.add_time(prompt);
        }
    }
    let base = Base { what: plain::WHAT, times: &plains };
    report.note_ratio("warm_start_to_prompt", &prompts, &base, 50, Some(0.25));
    let (worst, unit) = (prompts.percentile(99), plains.median());
    let detail = format!("{worst:.1} ms, 99th percentile of {WARM_ROUNDS}, against the median of {unit:.1} ms");
    report.note("warm_start_to_prompt_p99", worst / unit, "ratio", Some(0.5), detail);
}

/// Press Start, follow the events, attach the terminal as soon as there is one.
async fn start(learner: &mut Learner) -> (String, Started) {
    let began = Instant::now();
    let answer = learner.post("/api/leases", &json!({"exercise": null})).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let lease = answer.json()["id"].as_str().unwrap().to_owned();
    let (tell, told) = oneshot::channel();
    let follow = async {
        let mut events = learner.events(&format!("/api/leases/{lease}/events")).await;
        let mut tell = Some(tell);
        loop {
            let (_, view) = events.next().await.expect("events until the engine answers");
            assert!(view["state"] != "ended" && view["engine"] != "failed", "{view}");
            if view["state"] == "ready"
                && let Some(tell) = tell.take()
            {
                tell.send(began.elapsed()).unwrap();
            }
            if view["engine"] == "ready" {
                return began.elapsed();
            }
        }
    };
    let attach = async {
        let ready = told.await.unwrap();
        let mut terminal = Terminal::attach(learner, &lease, 0).await;
        terminal.until("# ").await;
        let prompt = began.elapsed();
        // The engine starts at the first key.
        terminal.type_line("").await;
        // Held until the engine has answered: what is typed into a socket that closes may be lost.
        (ready, prompt, terminal)
    };
    let (engine, (ready, prompt, _terminal)) = tokio::join!(follow, attach);
    (lease, Started { ready, prompt, engine })
}
