//! Terminals: real shells, resumed byte by byte.

use std::time::Duration;

use sandbox::{Sandbox, Terminal, TerminalEvent, TerminalInput};
use sha2::{Digest as _, Sha256};
use tokio::time::timeout;

use crate::harness::{self, sandbox};

const PATIENCE: Duration = Duration::from_secs(30);

async fn type_in(terminal: &Terminal, text: &str) {
    terminal.input.send(TerminalInput::Bytes(text.to_owned().into())).await.unwrap();
}

/// Read until the output so far holds a text. Offsets must follow one another.
async fn read_until(terminal: &mut Terminal, at: &mut u64, output: &mut Vec<u8>, text: &str) {
    let work = async {
        while !String::from_utf8_lossy(output).contains(text) {
            match terminal.events.recv().await.expect("the terminal goes on") {
                TerminalEvent::Output { offset, bytes } => {
                    assert_eq!(offset, *at, "no byte is left out or repeated");
                    *at += bytes.len() as u64;
                    output.extend_from_slice(&bytes);
                }
                other => panic!("{other:?}"),
            }
        }
    };
    let read = timeout(PATIENCE, work).await;
    assert!(read.is_ok(), "waited for {text:?}, got {:?}", String::from_utf8_lossy(output));
}

async fn open(sandbox: &Sandbox) -> Terminal {
    sandbox.open_terminal(0, 80, 24).await.unwrap();
    sandbox.attach(0, 0).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_is_a_login_shell_of_root_in_the_working_folder() {
    let Some(sandbox) = sandbox().await else { return };
    let mut terminal = open(&sandbox).await;
    let (mut at, mut output) = (0, Vec::new());
    type_in(&terminal, "echo $(id -u):$PWD:$SHELL:$(stty size):$((6*7))=\r").await;
    // At the next prompt: while it prepares one, readline reads the size and writes it back, over one that came meanwhile.
    read_until(&mut terminal, &mut at, &mut output, "0:/root/work:/bin/bash:24 80:42=\r\n\u{1b}[?2004h").await;
    terminal.input.send(TerminalInput::Resize { cols: 100, rows: 30 }).await.unwrap();
    type_in(&terminal, "stty size\r").await;
    read_until(&mut terminal, &mut at, &mut output, "30 100").await;
    let info = sandbox.terminals().await.unwrap();
    assert_eq!((info.len(), info[0].cols, info[0].rows), (1, 100, 30));
    assert!(info[0].end >= at && info[0].start == 0);
    type_in(&terminal, "exit 3\r").await;
    loop {
        match timeout(PATIENCE, terminal.events.recv()).await.unwrap() {
            Some(TerminalEvent::Exited { code }) => break assert_eq!(code, 3),
            Some(TerminalEvent::Output { .. }) => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(sandbox.terminals().await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn terminal_resumes_by_offset_after_reconnect() {
    let Some(engine) = harness::engine().await else { return };
    let sandboxes = harness::deployment(engine, sandbox::SandboxConfig::default());
    let first: harness::Guarded = sandboxes.create("lease", harness::now() + 600).await.unwrap().into();
    let mut terminal = open(&first).await;
    let (mut at, mut output) = (0, Vec::new());
    type_in(&terminal, "n=0; while [ $n -lt 4000 ]; do echo line-$n; n=$((n+1)); done; echo pid=$$ end=$((1+1))\r")
        .await;
    read_until(&mut terminal, &mut at, &mut output, "line-300\r\n").await;
    // The server is gone: handle, connection and all.
    drop(terminal);
    let found = sandboxes.list().await.unwrap();
    assert_eq!(found.len(), 1);
    let again = sandboxes.handle(found[0].id.clone());
    let mut terminal = again.attach(0, at).await.unwrap();
    read_until(&mut terminal, &mut at, &mut output, "end=2").await;
    let whole: Vec<u8> = output.clone();
    // From the start once more, by a third that was never attached.
    let mut replay = sandboxes.handle(found[0].id.clone()).attach(0, 0).await.unwrap();
    let (mut from, mut replayed) = (0, Vec::new());
    read_until(&mut replay, &mut from, &mut replayed, "end=2").await;
    let length = whole.len().min(replayed.len());
    assert_eq!(Sha256::digest(&whole[..length]), Sha256::digest(&replayed[..length]), "the same bytes");
    let text = String::from_utf8(whole).unwrap();
    for number in 0..4000 {
        assert!(text.contains(&format!("line-{number}\r\n")), "{number}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attached_terminal_survives_the_loss_of_its_connection() {
    let Some(sandbox) = sandbox().await else { return };
    let mut terminal = open(&sandbox).await;
    let (mut at, mut output) = (0, Vec::new());
    type_in(&terminal, "echo before-$((1+1))\r").await;
    read_until(&mut terminal, &mut at, &mut output, "before-2").await;
    // Ends the outer end of every connection, as a restart of the engine's shim would.
    let ended = std::process::Command::new("sh")
        .args(["-c", "for pid in $(pgrep -f '^/sandbox/supervisor connect'); do grep -q \"$0\" /proc/$pid/cgroup && kill -9 $pid; done"])
        .arg(sandbox.id().to_string())
        .status()
        .unwrap();
    assert!(ended.code().is_some());
    // What is typed while nobody is connected may be lost: typed until it is answered.
    for _ in 0..60 {
        type_in(&terminal, "echo after-$((2+2))\r").await;
        let answered = read_until(&mut terminal, &mut at, &mut output, "after-4");
        if timeout(Duration::from_millis(500), answered).await.is_ok() {
            return;
        }
    }
    panic!("nobody answers any more: {:?}", String::from_utf8_lossy(&output));
}

#[tokio::test(flavor = "multi_thread")]
async fn several_terminals_and_several_who_watch_one() {
    let Some(sandbox) = sandbox().await else { return };
    for number in 0..3 {
        sandbox.open_terminal(number, 80, 24).await.unwrap();
    }
    let mut one = sandbox.attach(1, 0).await.unwrap();
    let mut two = sandbox.attach(1, 0).await.unwrap();
    type_in(&one, "echo shared-$((3+3))\r").await;
    for terminal in [&mut one, &mut two] {
        read_until(terminal, &mut 0, &mut Vec::new(), "shared-6").await;
    }
    let mut other = sandbox.attach(2, 0).await.unwrap();
    type_in(&other, "echo other-$((4+4))\r").await;
    let mut output = Vec::new();
    read_until(&mut other, &mut 0, &mut output, "other-8").await;
    assert!(!String::from_utf8_lossy(&output).contains("shared"));
    assert!(sandbox.open_terminal(8, 80, 24).await.is_err(), "eight are enough");
    sandbox.close_terminal(1).await.unwrap();
    assert_eq!(sandbox.terminals().await.unwrap().len(), 2);
    assert!(sandbox.attach(1, 0).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_is_bounded_and_leaves_a_gap_that_is_told() {
    let Some(sandbox) = sandbox().await else { return };
    let mut terminal = open(&sandbox).await;
    type_in(&terminal, "seq 1 400000; echo done-$((5+5))\r").await;
    // Nobody else reads; then somebody comes who wants all of it.
    let (mut at, mut output) = (0, Vec::new());
    read_until(&mut terminal, &mut at, &mut output, "done-10").await;
    let mut late = sandbox.attach(0, 0).await.unwrap();
    match timeout(PATIENCE, late.events.recv()).await.unwrap() {
        Some(TerminalEvent::Gap { from: 0, to }) => assert!(at - to <= 256 * 1024, "the ring is 256 KiB"),
        other => panic!("{other:?}"),
    }
}
