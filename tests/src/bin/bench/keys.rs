//! Typing while a room is at work, and a terminal that is flooded.

use std::time::{Duration, Instant};

use ::tests::{Learner, Server, Terminal};

use crate::{report::Report, stats::Sample};

/// Open terminals, at most.
const OPEN: usize = 100;
const KEYS: usize = 300;
const PAUSE: Duration = Duration::from_millis(20);
const FLOOD: Duration = Duration::from_secs(10);

/// The way from a key to its echo, with a hundred terminals open.
pub(crate) async fn echo(room: &[(Learner, String)], report: &mut Report) {
    let mut terminals = Vec::new();
    for (learner, lease) in room.iter().take(OPEN) {
        let mut terminal = Terminal::attach(learner, lease, 0).await;
        terminal.until("# ").await;
        terminals.push(terminal);
    }
    // The first key wakes the engine of its sandbox: those that are typed into are warm before it counts.
    let many = terminals.len();
    let typed_into = many.min(5);
    for terminal in terminals.iter_mut().take(typed_into) {
        terminal.ask("docker version >/dev/null; echo ready").await;
        // What is still on its way would be taken for the echo.
        terminal.quiet().await;
    }
    let mut times = Sample::default();
    for key in 0..KEYS {
        let terminal = &mut terminals[key % typed_into];
        let began = Instant::now();
        terminal.press(b"x").await;
        times.add_since(began);
        tokio::time::sleep(PAUSE).await;
    }
    let detail = format!("median of {KEYS} keys in {typed_into} of {many} open terminals");
    report.note("key_echo", times.median(), "ms", Some(5.0), detail);
    report.note("key_echo_p99", times.percentile(99), "ms", Some(25.0), "99th percentile of the same".to_owned());
}

/// `yes` in a terminal whose page keeps up as well as it can.
pub(crate) async fn flood(server: &Server, report: &mut Report) {
    let mut learner = server.learner();
    let lease = learner.start(None).await;
    let mut terminal = Terminal::attach(&learner, &lease, 0).await;
    terminal.until("# ").await;
    let before = server.memory_mib();
    terminal.type_line("yes").await;
    let (bytes, most) = terminal.swallow(FLOOD, || server.memory_mib()).await;
    let stopped = terminal.interrupt().await;
    #[expect(clippy::cast_precision_loss, reason = "some hundred megabytes")]
    let rate = bytes as f64 / 1e6 / FLOOD.as_secs_f64();
    let detail = format!("from {before:.1} MiB, the most seen in {} s of {rate:.1} MB/s", FLOOD.as_secs());
    report.note("flood_memory", most - before, "MiB", Some(4.0), detail);
    let detail = "from Ctrl-C to the next prompt".to_owned();
    report.note("flood_interrupted", stopped.as_secs_f64() * 1000.0, "ms", Some(500.0), detail);
}
