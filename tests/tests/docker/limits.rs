//! Limits that a learner sets on a container: they hold where the host's control groups can be handed on, which takes
//! version 2, and are recorded elsewhere. Those of the sandbox hold in both cases.

use std::{path::PathBuf, process::Command, time::Duration};

use sandbox::{Engine as _, Host, SandboxConfig};

use crate::harness::{Guarded, ask, engine, ready, sandbox_with, sh, sh_ok};

/// Takes 64 MiB of memory.
const GLUTTON: &str = "head -c 64m /dev/zero | tail -c 64m >/dev/null";
/// Takes one processor for four seconds; microseconds that it was given.
const BUSY: &str = "timeout 4 sh -c 'while :; do :; done'; sed -n 's/^usage_usec //p' /sys/fs/cgroup/cpu.stat";
/// Starts twenty processes at a time.
const CROWD: &str = "for n in $(seq 20); do sleep 5 & done; wait";

/// Whether the host has groups to hand on; `None` without an engine.
async fn handed_on() -> Option<bool> {
    Some(engine().await?.info().await.unwrap().cgroup_version == 2)
}

/// A sandbox with its engine, on a host that has control groups to hand on.
async fn limited() -> Option<Guarded> {
    if handed_on().await? {
        return ready().await;
    }
    eprintln!("skipped: the host's control groups are version 1");
    None
}

#[tokio::test(flavor = "multi_thread")]
async fn where_there_is_nothing_to_hand_on_limits_are_recorded_and_containers_run() {
    if handed_on().await != Some(false) {
        return;
    }
    let Some(sandbox) = ready().await else { return };
    sh_ok(&sandbox, &format!("docker run --name glutton --memory 32m --pids-limit 10 busybox sh -c '{GLUTTON}'")).await;
    let recorded = ask(&sandbox, "/containers/glutton/json").await;
    assert_eq!(recorded["HostConfig"]["Memory"], 32 << 20);
    assert_eq!(recorded["HostConfig"]["PidsLimit"], 10);
    assert_ne!(sh(&sandbox, "find /sys/fs/cgroup -type f -writable | grep .").await.exit_code, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_containers_limits_of_memory_processes_and_processors_hold() {
    let Some(sandbox) = limited().await else { return };
    let limit = "--memory 32m --memory-swap 32m";
    let ran = sh(&sandbox, &format!("docker run --name glutton {limit} busybox sh -c '{GLUTTON}'")).await;
    assert_eq!(ran.exit_code, 137, "{} {}", ran.stdout, ran.stderr);
    assert_eq!(ask(&sandbox, "/containers/glutton/json").await["State"]["OOMKilled"], true);
    sh_ok(&sandbox, &format!("docker run --rm --memory 128m busybox sh -c '{GLUTTON}'")).await;
    let ran = sh(&sandbox, &format!("docker run --rm --pids-limit 10 busybox sh -c '{CROWD}'")).await;
    assert!(ran.stderr.contains("can't fork"), "{} {}", ran.stdout, ran.stderr);
    let used = sh_ok(&sandbox, &format!("docker run --rm --cpus 0.2 busybox sh -c \"{BUSY}\"")).await;
    let used: u64 = used.trim().parse().unwrap();
    assert!(used < 1_600_000, "a fifth of four seconds is less: {used}");
    // What was set later holds as well, and is told.
    sh_ok(&sandbox, &format!("docker run -d --name later {limit} busybox sleep 600")).await;
    let stats = sh_ok(&sandbox, "docker stats --no-stream --format '{{.MemUsage}} {{.PIDs}}' later").await;
    assert!(stats.contains("/ 32MiB 1"), "{stats}");
    sh_ok(&sandbox, "docker update --memory 128m --memory-swap 128m later").await;
    sh_ok(&sandbox, &format!("docker exec later sh -c '{GLUTTON}'")).await;
    let paused = sh_ok(&sandbox, "docker pause later && docker inspect -f '{{.State.Status}}' later").await;
    assert_eq!(paused, "later\npaused\n");
    sh_ok(&sandbox, "docker unpause later && docker rm -f later").await;
    assert!(sandbox.hello().await.unwrap().unprivileged);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_containers_limits_hold_on_the_second_host_too() {
    let Some(sandbox) = limited().await else { return };
    sandbox.add_host().await.unwrap();
    let second = sandbox.on(Host::Second);
    let ran = sh(&second, &format!("docker run --rm --memory 32m --memory-swap 32m busybox sh -c '{GLUTTON}'")).await;
    assert_eq!(ran.exit_code, 137, "{} {}", ran.stdout, ran.stderr);
    let ran = sh(&second, &format!("docker run --rm --pids-limit 10 busybox sh -c '{CROWD}'")).await;
    assert!(ran.stderr.contains("can't fork"), "{} {}", ran.stdout, ran.stderr);
}

/// The container's own control group, seen from the host; `None` where its file system is another machine's.
fn group(sandbox: &Guarded) -> Option<PathBuf> {
    let name = format!("*{}*", sandbox.id());
    let found = Command::new("find").args(["/sys/fs/cgroup", "-type", "d", "-name", &name]).output().ok()?;
    let found = String::from_utf8(found.stdout).ok()?;
    found.lines().min_by_key(|line| line.len()).map(PathBuf::from)
}

/// All files that say what a group may use, or do something to all in it.
const RULES: &str = "memory.max memory.high memory.min memory.low memory.swap.max memory.oom.group memory.reclaim pids.max cpu.max \
     cpu.weight cgroup.max.descendants cgroup.max.depth cgroup.freeze cgroup.kill cgroup.type";

#[tokio::test(flavor = "multi_thread")]
async fn the_sandboxs_own_limits_are_out_of_the_learners_reach() {
    let Some(sandbox) = limited().await else { return };
    let limits = |at: &PathBuf| {
        ["memory.max", "memory.swap.max", "pids.max", "cpu.max", "cpu.weight"]
            .map(|file| std::fs::read_to_string(at.join(file)).ok())
    };
    let own = group(&sandbox);
    let before = own.as_ref().map(limits);
    assert_eq!(sh_ok(&sandbox, "cat /proc/self/cgroup").await, "0::/host\n", "nothing is seen of what is above");
    // As it is mounted, mounted anew, and from a container that has all there is to give.
    let rules = format!("for file in {RULES}; do [ -e $1/$file ] && (: >>$1/$file) 2>/dev/null && echo $file; done; :");
    sh_ok(&sandbox, &format!("printf '%s\\n' '{rules}' >/tmp/rules")).await;
    let anew = "mkdir -p /tmp/g && mount -t cgroup2 none /tmp/g && sh /tmp/rules /tmp/g";
    let container = "docker run --rm --cap-add ALL --security-opt seccomp=unconfined --cgroupns host --pid host \
        -v /sys/fs/cgroup:/groups -v /tmp/rules:/rules busybox sh /rules /groups";
    for script in ["sh /tmp/rules /sys/fs/cgroup", anew, container] {
        assert_eq!(sh_ok(&sandbox, script).await, "", "{script}");
    }
    // A container that is allowed more than the sandbox has gets no more.
    sh_ok(&sandbox, "docker run -d --name crowd --pids-limit -1 busybox sh -c 'while :; do sleep 60 & done'").await;
    sh(&sandbox, "sleep 5; docker rm -f crowd").await;
    // The kernel has a bounded number of groups for all.
    let made = sh_ok(
        &sandbox,
        "cd /sys/fs/cgroup && n=0; while [ $n -lt 2000 ] && mkdir many$n 2>/dev/null; do n=$((n+1)); done; rmdir many*; echo $n",
    )
    .await;
    let made: u32 = made.trim().parse().unwrap();
    assert!((100..256).contains(&made), "{made}");
    assert_eq!(own.as_ref().map(limits), before);
    assert!(sandbox.hello().await.unwrap().unprivileged);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_container_that_is_allowed_more_memory_than_the_sandbox_has_gets_no_more() {
    if handed_on().await != Some(true) {
        return;
    }
    let config = SandboxConfig { memory_mib: 512, ..SandboxConfig::default() };
    let Some(sandbox) = sandbox_with(config).await else { return };
    let glutton = "head -c 700m /dev/zero | tail -c 700m >/dev/null";
    let ran = sh(&sandbox, &format!("docker run --name glutton --memory 8g busybox sh -c '{glutton}'")).await;
    assert_ne!(ran.exit_code, 0, "{} {}", ran.stdout, ran.stderr);
    assert_eq!(sh_ok(&sandbox, "docker run --rm busybox echo on").await, "on\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_learner_who_holds_all_programs_of_a_sandbox_holds_neither_its_supervisor_nor_its_end() {
    let Some(sandbox) = limited().await else { return };
    // The answer may be held as well.
    let hold = "cd /sys/fs/cgroup && mkdir held && echo 1 >held/cgroup.procs && (sleep 1; echo 1 >held/cgroup.freeze) & sleep 0.2";
    sh(&sandbox, hold).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert!(sandbox.hello().await.unwrap().unprivileged);
    assert!(sandbox.ports().await.is_err(), "its programs are held");
    assert!(sandbox.hello().await.unwrap().unprivileged);
    tokio::time::timeout(Duration::from_secs(60), sandbox.end()).await.unwrap().unwrap();
}
