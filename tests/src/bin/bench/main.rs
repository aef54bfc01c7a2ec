//! `make bench`: what a learner waits for and what a host pays, measured on the real server and engine.
//! Invariant: a missed aim is reported, never asserted; exit code 2 says that something could not be measured.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a measurement that fails is reported")]

mod checks;
mod end;
mod finding;
mod grade;
mod host;
mod keys;
mod memory;
mod pages;
mod plain;
mod report;
mod room;
mod search;
mod start;
mod stats;
mod synthetic;
mod throughput;
mod usual;

use std::{any::Any, panic::AssertUnwindSafe, process::ExitCode};

use ::tests::Server;
use futures::FutureExt as _;
use report::Report;
use tokio::signal::unix::{SignalKind, signal};

/// Room for what is measured at one time, whatever the host's memory makes the server's own default.
const MOST: (&str, &str) = ("DRYDOCK_LEASES__MOST", "16");

#[tokio::main]
async fn main() -> ExitCode {
    let mut report = Report::default();
    let mut terminate = signal(SignalKind::terminate()).expect("signals can be heard");
    let interrupted = tokio::select! {
        () = measure(&mut report) => false,
        // What is being measured is dropped, and with it its server and sandboxes.
        _ = terminate.recv() => true,
        _ = tokio::signal::ctrl_c() => true,
    };
    if interrupted {
        eprintln!("bench: interrupted; nothing is written");
        return ExitCode::from(2);
    }
    match report.write() {
        Ok(file) => println!("written to {}", file.display()),
        Err(error) => {
            eprintln!("bench: the results cannot be written: {error}");
            return ExitCode::from(2);
        }
    }
    if !report.missed().is_empty() {
        println!("aims missed: {}", report.missed().join(", "));
    }
    if report.is_whole() { ExitCode::SUCCESS } else { ExitCode::from(2) }
}

async fn measure(report: &mut Report) {
    if let Some(server) = server(report, "reading").await {
        guarded(report, "chapter", async |report| pages::measure(&server, report).await).await;
        guarded(report, "throughput", async |report| throughput::measure(&server, report).await).await;
        guarded(report, "search", async |report| search::measure(&server, report).await).await;
        guarded(report, "search alone", async |report| finding::measure(&server, report).await).await;
    }
    guarded(report, "search in much", async |report| finding::measure_large(report).await).await;
    if let Some(server) = server(report, "sandboxes").await {
        guarded(report, "start", async |report| start::measure(&server, report).await).await;
        guarded(report, "end", async |report| end::measure(&server, report).await).await;
    }
    if let Some(server) = with(report, "warm", &[MOST, ("DRYDOCK_POOL__IDLE", "2")]).await {
        guarded(report, "warm start", async |report| start::warm(&server, report).await).await;
        guarded(report, "flood", async |report| keys::flood(&server, report).await).await;
    }
    if let Some(server) = server(report, "grading").await {
        guarded(report, "grade", async |report| grade::measure(&server, report).await).await;
    }
    if let Some(server) = with(report, "checks", &[MOST, ("DRYDOCK_CONTENT", checks::CONTENT)]).await {
        guarded(report, "checks", async |report| checks::measure(&server, report).await).await;
    }
    if let Some(server) = server(report, "usual").await {
        guarded(report, "docker-in-docker", async |report| usual::measure(&server, report).await).await;
    }
    if let Some(server) = server(report, "room").await {
        guarded(report, "memory", async |report| memory::measure(&server, report).await).await;
    }
    // Somewhat more than come: what a learner has left goes while others come.
    let most = (room::learners() + 10).to_string();
    if let Some(server) = with(report, "unannounced room", &[("DRYDOCK_LEASES__MOST", &most)]).await {
        guarded(report, "room unannounced", async |report| room::unannounced(&server, report).await).await;
    }
    if let Some(server) = with(report, "announced room", &[("DRYDOCK_LEASES__MOST", &most)]).await {
        guarded(report, "room announced", async |report| {
            let room = room::announced(&server, report).await;
            keys::echo(&room, report).await;
        })
        .await;
    }
}

/// A server of its own for each group: nothing of the one before weighs on it.
async fn server(report: &mut Report, group: &str) -> Option<Server> {
    with(report, group, &[MOST]).await
}

async fn with(report: &mut Report, group: &str, settings: &[(&'static str, &str)]) -> Option<Server> {
    match AssertUnwindSafe(Server::with(settings)).catch_unwind().await {
        Ok(server) => Some(server),
        Err(panic) => {
            report.note_missing(group, words(&*panic));
            None
        }
    }
}

/// Measure, and go on with the next thing when that fails.
async fn guarded(report: &mut Report, name: &str, work: impl AsyncFnOnce(&mut Report)) {
    if let Err(panic) = AssertUnwindSafe(work(report)).catch_unwind().await {
        report.note_missing(name, words(&*panic));
    }
}

fn words(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("it failed without a word")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_measurement_that_fails_is_reported_and_the_next_goes_on() {
        let mut report = Report::default();
        guarded(&mut report, "first", async |_| panic!("the engine is gone")).await;
        guarded(&mut report, "second", async |report| report.note("two", 2.0, "ratio", None, String::new())).await;
        assert!(!report.is_whole());
        assert!(report.missed().is_empty());
    }
}
