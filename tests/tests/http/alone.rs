//! A server that is killed and never comes back: its sandboxes end by themselves when their time is up, and nothing of
//! them is left on the engine.

use std::{
    process::Command,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde_json::json;
use tests::{Server, Terminal, host::processes_of};

/// The supervisor gives a server so long to save the work, as `server/src/lease/mod.rs` has it.
const GRACE_SECONDS: i64 = 60;
/// More than ending and removing one takes on a busy machine, seconds.
const SLACK: i64 = 45;

fn now() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()).unwrap()
}

/// What the engine prints, line by line.
fn engine(words: &[&str]) -> Vec<String> {
    let out = Command::new("docker").args(words).output().unwrap();
    assert!(out.status.success(), "{words:?}: {}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).unwrap().lines().map(str::to_owned).collect()
}

/// Names of a container's own volumes: not of the one that all sandboxes share.
fn own_volumes(container: &str) -> Vec<String> {
    let names = engine(&["inspect", "--format", "{{range .Mounts}}{{println .Name}}{{end}}", container]);
    names.into_iter().filter(|name| !name.is_empty() && !name.starts_with("drydock-golden-")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn sandboxes_end_by_themselves_when_the_server_never_comes_back() {
    let mut server = Server::with(&[
        ("DRYDOCK_LEASES__MINUTES", "1"),
        ("DRYDOCK_LEASES__EXTEND_MINUTES", "1"),
        ("DRYDOCK_POOL__IDLE", "1"),
        ("DRYDOCK_POOL__MINUTES", "2"),
    ])
    .await;
    let (mut ann, mut ben) = (server.learner(), server.learner());
    let (short, extended) = (ann.start(None).await, ben.start(None).await);
    let longer = ben.post(&format!("/api/leases/{extended}/extend"), &json!({})).await;
    assert_eq!(longer.status, 200, "{}", longer.text());
    // With an engine and a container of its own, so that there is something to leave behind.
    let mut terminal = Terminal::attach(&ann, &short, 0).await;
    assert_eq!(
        terminal.ask("docker volume create mine; docker run -dv mine:/mine busybox sleep 900 | wc -l").await,
        "mine\n1"
    );
    let ends = ann.get(&format!("/api/leases/{short}")).await.json()["expires_at"].as_i64().unwrap();
    let ends_later = ben.get(&format!("/api/leases/{extended}")).await.json()["expires_at"].as_i64().unwrap();
    assert!(ends_later >= ends + 60, "{ends} {ends_later}");
    let idle = loop {
        if let [one] = server.idle().as_slice() {
            break one.clone();
        }
        assert!(now() < ends, "none is made ahead: {}", server.said());
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    server.kill();

    let (first, stays) = (server.containers_of(&short).remove(0), server.containers_of(&extended).remove(0));
    assert!(now() < ends && !processes_of(&idle).is_empty() && processes_of(&first).len() > 3, "they live on");
    let doomed: Vec<String> = server.containers().into_iter().filter(|id| *id != stays).collect();
    assert!(doomed.contains(&first) && doomed.contains(&idle), "{doomed:?}");
    let volumes: Vec<String> = doomed.iter().flat_map(|id| own_volumes(id)).collect();
    loop {
        let there = server.containers();
        assert!(there.contains(&stays) && !processes_of(&stays).is_empty(), "what was extended ends early");
        assert!(now() >= ends || there.contains(&first), "it ends before its time");
        if there.len() == 1 {
            break;
        }
        assert!(now() < ends + GRACE_SECONDS + SLACK, "{there:?} go on without a server");
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    assert!(now() < ends_later + GRACE_SECONDS, "the other was to be seen alive");
    for container in &doomed {
        assert!(processes_of(container).is_empty(), "{container} has processes left");
    }
    let kept = engine(&["volume", "ls", "--quiet"]);
    assert!(volumes.iter().all(|name| !kept.contains(name)), "{volumes:?} of {kept:?}");
}
