//! A room of learners who press Start in the same moment: unannounced, then announced.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use ::tests::{Learner, Server, Terminal, host::available_mib};
use serde_json::json;

use crate::{pages, plain, report::Report, stats::Sample};

/// Learners, unless `DRYDOCK_BENCH_ROOM` says how many.
const LEARNERS: usize = 200;
/// Plain containers for the engine's throughput, and how many of them at the same time.
const PLAINS: usize = 48;
const BESIDE: usize = 8;
/// Reading goes on meanwhile, with such pauses.
const READING: Duration = Duration::from_millis(50);
/// Memory settles after the pool has grown.
const SETTLE: Duration = Duration::from_secs(5);
const MIB_PER_GIB: f64 = 1024.0;

pub(crate) fn learners() -> usize {
    std::env::var("DRYDOCK_BENCH_ROOM").ok().and_then(|text| text.parse().ok()).unwrap_or(LEARNERS)
}

/// Plain containers that the engine runs in a second, with eight at the same time.
async fn throughput() -> f64 {
    let image = Arc::new(plain::image());
    let began = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..BESIDE {
        let image = Arc::clone(&image);
        tasks.spawn_blocking(move || (0..PLAINS / BESIDE).for_each(|_| plain::run(&image)));
    }
    tasks.join_all().await;
    f64::from(u32::try_from(PLAINS).unwrap()) / began.elapsed().as_secs_f64()
}

/// What one learner saw, since the press.
pub(crate) struct Seen {
    told: Duration,
    ready: Duration,
    pub(crate) prompt: Duration,
    pub(crate) learner: Learner,
    pub(crate) lease: String,
}

pub(crate) async fn press(mut learner: Learner, exercise: Option<&str>) -> Seen {
    let began = Instant::now();
    let answer = learner.post("/api/leases", &json!({ "exercise": exercise })).await;
    let told = began.elapsed();
    assert!(matches!(answer.status, 200 | 201), "{}", answer.text());
    let mut view = answer.json();
    let lease = view["id"].as_str().unwrap().to_owned();
    if view["state"] != "ready" {
        let mut events = learner.events(&format!("/api/leases/{lease}/events")).await;
        while view["state"] != "ready" {
            view = events.next().await.expect("events until the sandbox is ready").1;
            assert_ne!(view["state"], "ended", "{view}");
        }
    }
    let ready = began.elapsed();
    Terminal::attach(&learner, &lease, 0).await.until("# ").await;
    Seen { told, ready, prompt: began.elapsed(), learner, lease }
}

/// All press at once.
async fn all_press(server: &Server, number: usize) -> (Vec<Seen>, Duration) {
    let mut learners = Vec::new();
    for _ in 0..number {
        let mut learner = server.learner();
        // Whoever presses Start has read the page before.
        learner.get("/exercises").await;
        learners.push(learner);
    }
    let began = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    learners.into_iter().for_each(|learner| drop(tasks.spawn(press(learner, None))));
    (tasks.join_all().await, began.elapsed())
}

#[expect(clippy::cast_precision_loss, reason = "a few hundred learners")]
pub(crate) async fn unannounced(server: &Server, report: &mut Report) {
    let number = learners();
    let rate = throughput().await;
    let done = Arc::new(AtomicBool::new(false));
    let reading = {
        let (done, mut reader) = (Arc::clone(&done), server.learner());
        tokio::spawn(async move {
            let mut pages = Sample::default();
            while !done.load(Ordering::Relaxed) {
                let began = Instant::now();
                pages::get(&mut reader, pages::PAGE).await;
                pages.add_since(began);
                tokio::time::sleep(READING).await;
            }
            pages
        })
    };
    let (seen, last) = all_press(server, number).await;
    done.store(true, Ordering::Relaxed);
    let pages = reading.await.unwrap();
    let told: Sample = seen.iter().map(|one| one.told.as_secs_f64() * 1000.0).collect();
    let fair = number as f64 / rate;
    let detail = format!(
        "{number} prompts after {:.1} s; the engine alone runs {rate:.1} plain containers a second, eight at a time",
        last.as_secs_f64()
    );
    report.note("room_unannounced", last.as_secs_f64() / fair, "ratio", Some(1.25), detail);
    let detail = format!("99th percentile of {number}; median {:.0} ms", told.median());
    report.note("room_told", told.percentile(99), "ms", Some(300.0), detail);
    let detail = format!("99th percentile of {} chapters read meanwhile; median {:.0} ms", pages.len(), pages.median());
    report.note("room_reading", pages.percentile(99), "ms", Some(200.0), detail);
}

/// The same once they were announced; also what a sandbox weighs of which only the prompt was ever looked at.
#[expect(clippy::cast_precision_loss, reason = "a few hundred learners")]
pub(crate) async fn announced(server: &Server, report: &mut Report) -> Vec<(Learner, String)> {
    let number = learners();
    let before = available_mib();
    server.run(&["pool", "announce", &number.to_string()]);
    let began = Instant::now();
    while server.idle().len() < number {
        assert!(began.elapsed() < Duration::from_secs(900), "the pool does not grow: {}", server.said());
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    let grown = began.elapsed();
    tokio::time::sleep(SETTLE).await;
    let each = (before - available_mib()) / number as f64;
    let detail = format!("as many fit 1 GiB: {:.0}; fall of the host's MemAvailable over {number}", MIB_PER_GIB / each);
    report.note("memory_per_prompt", each, "MiB", Some(MIB_PER_GIB / 100.0), detail);
    let (seen, _) = all_press(server, number).await;
    let claims: Sample = seen.iter().map(|one| one.ready.as_secs_f64() * 1000.0).collect();
    let prompts: Sample = seen.iter().map(|one| one.prompt.as_secs_f64() * 1000.0).collect();
    let detail = format!(
        "from the press to a ready sandbox, 99th percentile of {number}; median {:.0} ms, all prompts after {:.0} ms; the pool had grown in {:.0} s",
        claims.median(),
        prompts.percentile(100),
        grown.as_secs_f64()
    );
    report.note("room_announced", claims.percentile(99), "ms", Some(300.0), detail);
    seen.into_iter().map(|one| (one.learner, one.lease)).collect()
}
