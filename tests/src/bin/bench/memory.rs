//! What a host pays for sandboxes in which nothing happens: memory, and bytes for the preloaded images.

use std::time::Duration;

use ::tests::{Learner, Server, Terminal, host::available_mib};

use crate::{
    host::{self, MIB},
    report::Report,
    stats::Sample,
};

const SANDBOXES: usize = 10;
/// What each may need at most while it starts, and what the host keeps, MiB.
const EACH: f64 = 128.0;
const KEPT: f64 = 1024.0;
/// Programs settle after the start.
const SETTLE: Duration = Duration::from_secs(10);

#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a handful")]
pub(crate) async fn measure(server: &Server, report: &mut Report) {
    let room = ((available_mib() - KEPT) / EACH).max(0.0) as usize;
    let many = room.min(SANDBOXES);
    assert!(many >= 3, "this host has too little memory left for three sandboxes beside it");
    // One before counting: what all share is in memory then.
    let (learner, lease) = begin(server).await;
    tokio::time::sleep(SETTLE).await;
    let before = available_mib();
    let mut others = Vec::new();
    for _ in 0..many {
        others.push(begin(server).await);
    }
    tokio::time::sleep(SETTLE).await;
    let taken = (before - available_mib()) / many as f64;

    let containers: Vec<String> = others.iter().flat_map(|(_, lease)| server.containers_of(lease)).collect();
    assert_eq!(containers.len(), many, "every lease has its container");
    let charged: Vec<host::Charged> = containers.iter().map(|id| host::charged(id)).collect();
    let all: Sample = charged.iter().map(|one| one.all).collect();
    let programs: Sample = charged.iter().map(|one| one.programs).collect();
    let detail = format!(
        "charged to its control group, {:.1} MiB of it by programs; medians of {many}, engines ready for {} s",
        programs.median(),
        SETTLE.as_secs()
    );
    report.note("memory_per_idle_sandbox", all.median(), "MiB", Some(90.0), detail);
    let detail = format!("fall of the host's MemAvailable, divided by {many}; moves with all else that the host does");
    report.note("host_memory_per_sandbox", taken, "MiB", None, detail);

    let mut terminal = Terminal::attach(&learner, &lease, 0).await;
    let images = terminal.ask("docker system df --format '{{.Size}}' | head -n 1").await;
    let used = terminal.ask("df -B1 --output=used /var/lib/docker | tail -n 1").await;
    let data = used.trim().parse::<f64>().expect("df tells what the data root holds") / MIB;
    let written: Sample = containers.iter().map(|id| host::written(id) / MIB).collect();
    let detail = format!(
        "{data:.2} MiB of memory in its data root with {images} of preloaded images, and {:.2} MiB on the host's disk (median of {many})",
        written.median()
    );
    report.note("bytes_per_extra_sandbox", data + written.median(), "MiB", Some(2.0), detail);
}

async fn begin(server: &Server) -> (Learner, String) {
    let mut learner = server.learner();
    let lease = learner.start(None).await;
    learner.until_engine(&lease).await;
    (learner, lease)
}
