//! Beginning, end, and what is left then.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use sandbox::{ContainerId, EngineError, EngineState, SandboxConfig, SandboxError, Sandboxes};

use crate::harness::{curl, deployment, engine, now, sandbox, sh_ok};

/// Wait until a container has ended: the engine removes it then.
async fn until_ended(sandboxes: &Sandboxes, id: &ContainerId, within: Duration) {
    let began = Instant::now();
    while sandboxes.find(id).await.unwrap().is_some() {
        assert!(began.elapsed() < within, "it goes on beyond its deadline");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn deadline_ends_the_sandbox_without_the_server() {
    let Some(engine) = engine().await else { return };
    let sandboxes = deployment(engine, SandboxConfig::default());
    // Far enough that it is made by then, also on a busy host.
    let deadline = now() + 25;
    let id = sandboxes.create("lease", deadline).await.unwrap().id().clone();
    // No handle, no connection is left.
    until_ended(&sandboxes, &id, Duration::from_secs(60)).await;
    assert!(now() >= deadline, "not before its deadline either");
    sandboxes.remove(&id).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deadline_can_be_moved() {
    let Some(engine) = engine().await else { return };
    let sandboxes = deployment(engine, SandboxConfig::default());
    let first = now() + 25;
    let sandbox = crate::harness::Guarded::from(sandboxes.create("lease", first).await.unwrap());
    let later = now() + 600;
    sandbox.extend(later).await.unwrap();
    while now() <= first + 1 {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    assert_eq!(sandbox.hello().await.unwrap().deadline, later);
    // Soon, not at once: it could not answer any more.
    sandbox.extend(now() + 2).await.unwrap();
    until_ended(&sandboxes, sandbox.id(), Duration::from_secs(20)).await;
    let gone = sandbox.hello().await;
    assert!(matches!(gone, Err(SandboxError::Engine(EngineError::Gone))), "{gone:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_left_behind() {
    let Some(engine) = engine().await else { return };
    let sandboxes = deployment(Arc::clone(&engine) as Arc<dyn sandbox::Engine>, SandboxConfig::default());
    let others = deployment(engine, SandboxConfig::default());
    let one = sandboxes.create("one", now() + 600).await.unwrap();
    let two = sandboxes.create("two", now() + 600).await.unwrap();
    let foreign = crate::harness::Guarded::from(others.create("foreign", now() + 600).await.unwrap());
    assert_eq!(one.wait_for_engine(Duration::from_secs(30)).await.unwrap(), EngineState::Ready);
    sh_ok(&one, "docker volume create mine && docker run -d -v mine:/mine busybox sleep 600").await;
    let mut leases: Vec<_> = sandboxes.list().await.unwrap().into_iter().map(|found| found.name).collect();
    leases.sort();
    assert_eq!(leases, ["one", "two"], "those of this deployment alone");
    assert_eq!(sandboxes.find(foreign.id()).await.unwrap(), None);
    // The shared volume, not writable, is all it has: there is none of its own to leave behind.
    let volumes = volumes_of(one.id());
    assert!(
        volumes.len() == 1 && volumes[0].starts_with("volume:drydock-golden-") && volumes[0].ends_with(":false"),
        "{volumes:?}"
    );
    for sandbox in [&one, &two] {
        sandbox.end().await.unwrap();
        sandbox.end().await.unwrap();
    }
    assert_eq!(sandboxes.list().await.unwrap(), []);
    assert_eq!(others.list().await.unwrap().len(), 1, "the other deployment's is untouched");
    let mounts = std::fs::read_to_string("/proc/self/mounts").unwrap();
    assert!(!mounts.contains(&one.id().0));
}

/// Names of the volumes that a container has.
fn volumes_of(id: &ContainerId) -> Vec<String> {
    let output = curl().arg(format!("http://engine/containers/{id}/json")).output().unwrap();
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let mounts = document["Mounts"].as_array().unwrap().iter();
    mounts.map(|mount| format!("{}:{}:{}", mount["Type"], mount["Name"], mount["RW"]).replace('"', "")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_sandbox_for_the_same_lease_is_refused() {
    let Some(engine) = engine().await else { return };
    let sandboxes = deployment(engine, SandboxConfig::default());
    let _one = crate::harness::Guarded::from(sandboxes.create("lease", now() + 600).await.unwrap());
    let second = sandboxes.create("lease", now() + 600).await;
    assert!(matches!(second, Err(SandboxError::Engine(EngineError::Create(_)))));
    assert_eq!(sandboxes.list().await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_and_restarted_container_is_not_taken_for_the_sandbox() {
    let Some(sandbox) = sandbox().await else { return };
    sandbox.hello().await.unwrap();
    let restart = format!("http://engine/containers/{}/restart?t=1", sandbox.id());
    let status = curl().args(["-X", "POST"]).arg(restart).status().unwrap();
    assert!(status.success());
    let gone = sandbox.hello().await;
    assert!(matches!(gone, Err(SandboxError::Engine(EngineError::Gone))), "{gone:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_are_gone_leave_no_process_behind() {
    let Some(engine) = engine().await else { return };
    let sandboxes = deployment(engine, SandboxConfig::default());
    let sandbox = crate::harness::Guarded::from(sandboxes.create("lease", now() + 600).await.unwrap());
    let found = sandboxes.find(sandbox.id()).await.unwrap().unwrap();
    for _ in 0..5 {
        sandboxes.handle(found.id.clone()).hello().await.unwrap();
    }
    let count = || {
        let output = std::process::Command::new("sh")
            .args([
                "-c",
                "for pid in $(pgrep -f '^/sandbox/supervisor connect'); do grep -l \"$0\" /proc/$pid/cgroup; done",
            ])
            .arg(sandbox.id().to_string())
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap().lines().count()
    };
    let mut left = count();
    for _ in 0..50 {
        if left <= 1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        left = count();
    }
    assert_eq!(left, 1, "the one of the handle that is held");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_start_at_once() {
    let Some(engine) = engine().await else { return };
    let sandboxes = deployment(engine, SandboxConfig::default());
    let starts = (0..8).map(|number| {
        let sandboxes = sandboxes.clone();
        tokio::spawn(async move {
            let sandbox =
                crate::harness::Guarded::from(sandboxes.create(&format!("lease-{number}"), now() + 600).await.unwrap());
            assert_eq!(sandbox.wait_for_engine(Duration::from_secs(60)).await.unwrap(), EngineState::Ready);
            sandbox
        })
    });
    let mut started = Vec::new();
    for start in starts.collect::<Vec<_>>() {
        started.push(start.await.unwrap());
    }
    assert_eq!(sandboxes.list().await.unwrap().iter().filter(|found| found.running).count(), 8);
    for sandbox in &started {
        sandbox.end().await.unwrap();
    }
    assert_eq!(sandboxes.list().await.unwrap(), []);
}
