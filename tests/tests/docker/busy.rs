//! Connections without end, an engine on its way to the next, logs that are none: the rest goes on.

use std::time::Duration;

use sandbox::{EngineState, SandboxError};
use tokio::{io::AsyncReadExt as _, time::timeout};

use crate::harness::{ask, ready, sh_ok};

#[tokio::test(flavor = "multi_thread")]
async fn connections_to_ports_never_break_what_else_goes_on() {
    let Some(sandbox) = ready().await else { return };
    // Takes connections and leaves them be.
    let listen = r#"$s = IO::Socket::INET->new(LocalAddr => "127.0.0.1", LocalPort => 8080, Listen => 500); sleep 300"#;
    sh_ok(&sandbox, &format!("perl -MIO::Socket::INET -e '{listen}' >/dev/null 2>&1 & sleep 0.5")).await;
    sandbox.open_terminal(0, 80, 24).await.unwrap();
    let mut terminal = sandbox.attach(0, 0).await.unwrap();
    let dials: Vec<_> = (0..300)
        .map(|_| {
            let sandbox = sandbox.clone();
            tokio::spawn(async move {
                let mut stream = sandbox.dial(None, 8080).await?;
                // Held until nobody else can be held any more.
                let _ended = timeout(Duration::from_secs(4), stream.read(&mut [0])).await;
                Ok::<_, SandboxError>(())
            })
        })
        .collect();
    tokio::time::sleep(Duration::from_secs(2)).await;
    // Each on the same connection as all of them.
    assert!(ask(&sandbox, "/version").await["Version"].is_string());
    sandbox.stats().await.unwrap();
    terminal.input.send(sandbox::TerminalInput::Bytes("echo here-$((1+1))\r".into())).await.unwrap();
    let mut output = Vec::new();
    while !String::from_utf8_lossy(&output).contains("here-2") {
        match timeout(Duration::from_secs(10), terminal.events.recv()).await.unwrap() {
            Some(sandbox::TerminalEvent::Output { bytes, .. }) => output.extend_from_slice(&bytes),
            other => panic!("{other:?}"),
        }
    }
    let mut reached = 0;
    for dial in dials {
        match dial.await.unwrap() {
            Ok(()) => reached += 1,
            Err(SandboxError::Slow { .. } | SandboxError::Refused { .. }) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
    assert!(reached >= 128, "one place serves several, one after the other: {reached}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_for_a_restarted_engine_waits_for_the_new_one() {
    let Some(sandbox) = ready().await else { return };
    let pid = "cat /run/docker.pid";
    for _ in 0..3 {
        let old = sh_ok(&sandbox, pid).await;
        sandbox.restart_engine().await.unwrap();
        assert_eq!(sandbox.wait_for_engine(Duration::from_secs(60)).await.unwrap(), EngineState::Ready);
        assert_ne!(sh_ok(&sandbox, pid).await, old);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pipe_in_place_of_the_engines_log_holds_nobody_up() {
    let Some(sandbox) = ready().await else { return };
    sh_ok(&sandbox, "rm /var/log/dockerd.log && mkfifo /var/log/dockerd.log").await;
    sandbox.restart_engine().await.unwrap();
    assert_eq!(sandbox.wait_for_engine(Duration::from_secs(60)).await.unwrap(), EngineState::Ready);
    timeout(Duration::from_secs(5), sandbox.stats()).await.unwrap().unwrap();
}
