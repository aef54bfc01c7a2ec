//! Limits hold, and a neighbour notices nothing.

use std::time::{Duration, Instant};

use sandbox::{EngineState, Program, SandboxConfig};

use crate::harness::{Guarded, ready, sandbox_with, sh, sh_ok};

/// A small sandbox, its engine running.
async fn small() -> Option<Guarded> {
    let config = SandboxConfig {
        memory_mib: 512,
        data_root_mib: 128,
        home_mib: 64,
        tmp_mib: 64,
        pids: 300,
        ..SandboxConfig::default()
    };
    let sandbox = sandbox_with(config).await?;
    assert_eq!(sandbox.wait_for_engine(Duration::from_secs(30)).await.unwrap(), EngineState::Ready);
    Some(sandbox)
}

/// A neighbour answers, its engine too, long before anybody would give up; the host may be busy otherwise.
async fn usable(neighbour: &Guarded) {
    let began = Instant::now();
    sh_ok(neighbour, "echo here && docker run --rm busybox true").await;
    assert!(began.elapsed() < Duration::from_secs(45), "{:?}", began.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fork_bomb_stays_in_its_sandbox() {
    let (Some(sandbox), Some(neighbour)) = (small().await, ready().await) else { return };
    sandbox.open_terminal(0, 80, 24).await.unwrap();
    let terminal = sandbox.attach(0, 0).await.unwrap();
    let bomb = "bomb() { bomb | bomb & }; bomb\r".to_owned();
    terminal.input.send(sandbox::TerminalInput::Bytes(bomb.into())).await.unwrap();
    tokio::time::sleep(Duration::from_secs(3)).await;
    usable(&neighbour).await;
    // The supervisor itself still answers, and can end it.
    assert!(sandbox.hello().await.is_ok());
    let began = Instant::now();
    sandbox.end().await.unwrap();
    assert!(began.elapsed() < Duration::from_secs(45), "{:?}", began.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_memory_bomb_ends_alone() {
    let (Some(sandbox), Some(neighbour)) = (small().await, ready().await) else { return };
    let ran = sandbox.run(Program::shell("tail /dev/zero").timeout(Duration::from_secs(60))).await.unwrap();
    assert_eq!(ran.exit_code, 137, "the kernel ended it: {ran:?}");
    usable(&neighbour).await;
    // Its own engine goes on as well.
    sh_ok(&sandbox, "docker run --rm busybox true").await;
    // In a container, where the engine's limits are recorded only, the sandbox's own holds.
    let nested = sh(&sandbox, "docker run --rm busybox sh -c 'tail /dev/zero'").await;
    assert_ne!(nested.exit_code, 0);
    assert_eq!(sandbox.wait_for_engine(Duration::from_secs(30)).await.unwrap(), EngineState::Ready);
    sh_ok(&sandbox, "docker run --rm busybox true").await;
    usable(&neighbour).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_full_for_its_sandbox_only() {
    let (Some(sandbox), Some(neighbour)) = (small().await, ready().await) else { return };
    for (place, most_mib) in [("/root/work", 64), ("/tmp", 64), ("/var/lib/docker", 128)] {
        let ran = sh(
            &sandbox,
            &format!("dd if=/dev/zero of={place}/fill bs=1M count=4000 2>&1; stat -c %s {place}/fill; rm {place}/fill"),
        )
        .await;
        assert!(ran.stdout.contains("No space left"), "{place}: {}", ran.stdout);
        let size: u64 = ran.stdout.lines().last().unwrap().parse().unwrap();
        assert!(size <= most_mib * 1024 * 1024, "{place}: {size}");
    }
    // From within a container, in its layer and in a volume.
    for place in ["/fill", "/volume/fill"] {
        let script = format!(
            "docker run --rm -v bomb:/volume busybox sh -c 'dd if=/dev/zero of={place} bs=1M count=4000; rm -f {place}'"
        );
        assert!(sh(&sandbox, &script).await.stderr.contains("No space left"));
    }
    usable(&neighbour).await;
    sh_ok(&sandbox, "docker volume rm bomb && docker run --rm busybox true").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn more_file_systems_of_ones_own_count_as_memory() {
    let Some(sandbox) = small().await else { return };
    let script = "mkdir -p /tmp/more && mount -t tmpfs -o size=100% none /tmp/more && dd if=/dev/zero of=/tmp/more/fill bs=1M count=4000";
    let ran = sh(&sandbox, script).await;
    assert_ne!(ran.exit_code, 0, "{ran:?}");
    let stats = sandbox.stats().await;
    // Either the kernel ended the writer and all is well, or it ended the sandbox: never more than the limit.
    if let Ok(stats) = stats {
        assert!(stats.memory_mib.unwrap_or_default() <= 512, "{stats:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn spinning_processors_leave_a_neighbour_its_share() {
    let (Some(sandbox), Some(neighbour)) = (small().await, ready().await) else { return };
    sh_ok(&sandbox, "for n in 1 2 3 4 5 6 7 8; do (while :; do :; done) >/dev/null 2>&1 & done").await;
    usable(&neighbour).await;
    assert!(sandbox.hello().await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn logs_of_a_chatty_container_are_bounded() {
    let Some(sandbox) = small().await else { return };
    sh_ok(&sandbox, "docker run -d --name chatty busybox sh -c 'yes | head -n 20000000' && docker wait chatty").await;
    let size: u64 = sh_ok(&sandbox, "du -sm /var/lib/docker/containers | cut -f1").await.trim().parse().unwrap();
    assert!(size <= 4, "{size} MiB");
}
