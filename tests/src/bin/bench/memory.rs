//! What a host pays for sandboxes in which nothing happens.

use std::{process::Command, time::Duration};

use serde_json::json;
use tests::{Learner, Server, Terminal, containers_of};

use crate::report::Report;

const SANDBOXES: usize = 8;
const MIB: f64 = 1024.0 * 1024.0;

/// Memory that the host could still give, bytes.
fn available() -> f64 {
    let text = std::fs::read_to_string("/proc/meminfo").unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<f64>().unwrap() * 1024.0
}

/// Bytes used on the file system that holds the engine's data.
fn disk() -> f64 {
    let root = Command::new("docker").args(["info", "--format", "{{.DockerRootDir}}"]).output().unwrap();
    let root = String::from_utf8(root.stdout).unwrap();
    let out = Command::new("df").args(["--block-size=1", "--output=used", root.trim()]).output().unwrap();
    String::from_utf8(out.stdout).unwrap().lines().nth(1).unwrap().trim().parse().unwrap()
}

/// Memory charged to a lease's container, MiB.
fn charged(lease: &str) -> f64 {
    let id = containers_of(lease);
    let out =
        Command::new("docker").args(["stats", "--no-stream", "--format", "{{.MemUsage}}"]).args(&id).output().unwrap();
    let text = String::from_utf8(out.stdout).unwrap();
    let used = text.split('/').next().unwrap().trim();
    let (number, factor) = match (used.strip_suffix("MiB"), used.strip_suffix("GiB")) {
        (Some(number), _) => (number, 1.0),
        (_, Some(number)) => (number, 1024.0),
        _ => panic!("docker stats says {text:?}"),
    };
    number.parse::<f64>().unwrap() * factor
}

#[expect(clippy::cast_precision_loss, reason = "a handful of sandboxes")]
pub(crate) async fn measure(server: &Server, report: &mut Report) {
    // One before counting: what all share is in memory then.
    let mut learners = vec![(server.learner(), String::new())];
    begin(server, &mut learners[0]).await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    let (memory, used) = (available(), disk());
    for _ in 0..SANDBOXES {
        let mut one = (server.learner(), String::new());
        begin(server, &mut one).await;
        learners.push(one);
    }
    tokio::time::sleep(Duration::from_secs(10)).await;
    let host = (memory - available()) / SANDBOXES as f64 / MIB;
    let mut own: Vec<f64> = learners.iter().map(|(_, lease)| charged(lease)).collect();
    own.sort_by(f64::total_cmp);
    let detail = format!(
        "charged to its container (docker stats), median of {}, 10 s after its engine was ready; MemAvailable fell by {host:.1} MiB each",
        own.len()
    );
    report.note("memory_per_idle_sandbox", own[own.len() / 2], "MiB", None, &detail);
    let each = (disk() - used) / SANDBOXES as f64 / MIB;
    report.note(
        "disk_per_extra_sandbox",
        each.max(0.0),
        "MiB",
        Some(16.0),
        "used on the engine's file system, the same way",
    );

    let (learner, lease) = &learners[0];
    let mut terminal = Terminal::attach(learner, lease, 0).await;
    terminal.type_line("echo \"data=$(df -B1 --output=used /var/lib/docker | tail -1) e\"nd").await;
    terminal.until(" end").await;
    let seen = String::from_utf8_lossy(&terminal.output).into_owned();
    let number = |key: &str| {
        let after = seen.rsplit(key).next().unwrap_or_default();
        after.trim_start().chars().take_while(char::is_ascii_digit).collect::<String>().parse::<f64>().ok()
    };
    let data = number("data=").expect("df tells what the data root holds");
    let detail = format!("{:.2} MiB in the data root of a sandbox with all preloaded images", data / MIB);
    report.note("data_root_per_sandbox", data / MIB, "MiB", Some(16.0), &detail);
}

async fn begin(server: &Server, one: &mut (Learner, String)) {
    let lease = one.0.post("/api/leases", &json!({"exercise": null})).await.json()["id"].as_str().unwrap().to_owned();
    server.remember(&lease);
    one.0.until(&lease, "ready").await;
    while one.0.get(&format!("/api/leases/{lease}")).await.json()["engine"] != "ready" {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    one.1 = lease;
}
