//! What belongs to a terminal alone, and what is left of one that is closed.

use std::time::Duration;

use sandbox::Sandbox;

use crate::harness::{sandbox, sh_ok};

/// Run a line in a terminal's shell; what it wrote to a file.
async fn in_terminal(sandbox: &Sandbox, terminal: u8, line: &str) -> String {
    sandbox.open_terminal(terminal, 80, 24).await.unwrap();
    let attached = sandbox.attach(terminal, 0).await.unwrap();
    let line = format!("{{ {line}; }} > /tmp/said.new; mv /tmp/said.new /tmp/said\r");
    attached.input.send(sandbox::TerminalInput::Bytes(line.into())).await.unwrap();
    sh_ok(sandbox, "for n in $(seq 100); do [ -e /tmp/said ] && break; sleep 0.1; done; cat /tmp/said; rm /tmp/said")
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shell_holds_its_terminal_and_nothing_else_of_the_supervisors() {
    let Some(sandbox) = sandbox().await else { return };
    let pid = in_terminal(&sandbox, 0, "echo $$").await;
    let held = format!("sleep 0.5; for n in /proc/{}/fd/*; do echo ${{n##*/}} $(readlink $n); done", pid.trim());
    assert_eq!(
        sh_ok(&sandbox, &held).await.lines().collect::<std::collections::BTreeSet<_>>(),
        ["0 /dev/pts/0", "1 /dev/pts/0", "2 /dev/pts/0", "255 /dev/pts/0"].into()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_terminal_ends_its_shell_and_gives_its_place_back() {
    let Some(sandbox) = sandbox().await else { return };
    let pid = in_terminal(&sandbox, 0, "echo $$").await;
    sandbox.close_terminal(0).await.unwrap();
    let gone = format!("for n in $(seq 50); do [ -d /proc/{} ] || exit 0; sleep 0.1; done; exit 1", pid.trim());
    sh_ok(&sandbox, &gone).await;
    // More often than there is room for pieces of work.
    for _ in 0..140 {
        sandbox.open_terminal(1, 80, 24).await.unwrap();
        sandbox.close_terminal(1).await.unwrap();
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    let left: u32 = sh_ok(&sandbox, "pgrep -c bash || true").await.trim().parse().unwrap();
    assert!(left <= 1, "{left} shells are left");
}
