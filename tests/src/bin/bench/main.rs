//! `make bench`: what a learner waits for and what a host pays, measured on the real server and engine.
//! Invariant: only ratios within this run carry an aim; a missed aim is reported, never asserted.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a measurement that fails stops the run")]

mod grade;
mod memory;
mod pages;
mod report;
mod start;

use report::Report;
use tests::Server;

#[tokio::main]
async fn main() {
    let mut report = Report::default();
    let server = Server::start().await;
    pages::measure(&server, &mut report).await;
    start::measure(&server, &mut report).await;
    grade::measure(&server, &mut report).await;
    drop(server);
    // Its own server: nothing of the measurements before weighs on the host.
    let server = Server::start().await;
    memory::measure(&server, &mut report).await;
    drop(server);
    report.write();
}
