//! A second host in the same sandbox: the exercise's need for two.

use std::time::Duration;

use sandbox::{Host, Sandbox, SandboxError};
use tokio::time::timeout;

use crate::harness::{Guarded, ask, sandbox, sh, sh_ok};

/// The second host's init as the first one sees it.
const INIT: &str = "$(grep -lE '^NSpid:.*[[:space:]][0-9]+[[:space:]]1$' /proc/[0-9]*/status | cut -d/ -f3)";

/// A sandbox with two hosts.
async fn two() -> Option<(Guarded, Sandbox)> {
    let first = sandbox().await?;
    first.add_host().await.unwrap();
    let second = first.on(Host::Second);
    Some((first, second))
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hosts_have_nothing_in_common_but_a_cable() {
    let Some((first, second)) = two().await else { return };
    assert_eq!(sh_ok(&first, "hostname; ssh second hostname").await, "sandbox\nsecond\n");
    assert_eq!(sh_ok(&second, "hostname; cat /etc/hostname; ip -br link | grep -c eth0").await, "second\nsecond\n1\n");
    for (host, name, address) in [(&*first, "second", "192.168.50.2"), (&second, "sandbox", "192.168.50.1")] {
        let found = sh_ok(host, &format!("getent hosts {name} | cut -d' ' -f1")).await;
        assert_eq!(found.trim(), address);
    }
    // Files, processes and engines of their own.
    sh_ok(&second, "echo mine >/root/note; echo mine >/srv/note; sleep 987 & exit 0").await;
    assert_ne!(sh(&first, "cat /root/note /srv/note").await.exit_code, 0);
    assert_eq!(sh_ok(&second, "ps ax | grep -c '[s]leep 987'").await, "1\n");
    assert_ne!(sh(&second, "test -e /root/.ssh/id_ed25519").await.exit_code, 0, "no way back without a password");
    sh_ok(&first, "docker -H ssh://second run -d --name over-there -p 8080:80 nginx >/dev/null").await;
    sh_ok(&first, "docker run -d --name here nginx >/dev/null").await;
    let names = |listed: serde_json::Value| listed[0]["Names"][0].as_str().unwrap().to_owned();
    assert_eq!(names(ask(&first, "/containers/json").await), "/here");
    assert_eq!(names(ask(&second, "/containers/json").await), "/over-there");
    // What is published there answers here, from the host and from a container.
    let fetch = "for n in $(seq 50); do curl -sf second:8080 && exit 0; sleep 0.2; done; exit 1";
    assert!(sh_ok(&first, fetch).await.contains("Welcome to nginx"));
    assert!(sh_ok(&first, "docker run --rm busybox wget -qO- 192.168.50.2:8080").await.contains("Welcome to nginx"));
    // Both list the images that every sandbox has, and neither got a way out.
    for host in [&first, &second] {
        assert!(sh_ok(host, "docker images -q busybox | wc -l").await.trim() != "0");
        assert_eq!(sh_ok(host, "ip route show default | wc -l").await, "0\n");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_host_is_asked_for_once_and_comes_back_empty_when_it_was_ended() {
    let Some((first, second)) = two().await else { return };
    sh_ok(&second, "echo mine >/root/note").await;
    first.add_host().await.unwrap();
    assert_eq!(sh_ok(&second, "cat /root/note").await, "mine\n", "the same as before");
    // The learner's root may end it: on the first host its init is a process like others.
    let gone = format!("for n in $(seq 100); do [ -z \"{INIT}\" ] && exit 0; sleep 0.1; done; exit 1");
    sh_ok(&first, &format!("kill -9 {INIT}; {gone}")).await;
    first.add_host().await.unwrap();
    assert_eq!(sh_ok(&second, "cat /root/note 2>/dev/null; hostname").await, "second\n", "another one");
    assert_eq!(sh_ok(&first, "ssh second hostname").await, "second\n", "which is known to ssh");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_second_host_or_with_one_that_is_held_the_first_goes_on() {
    let Some(first) = sandbox().await else { return };
    let second = first.on(Host::Second);
    let asked = timeout(Duration::from_secs(20), second.ports()).await.unwrap();
    assert!(matches!(asked, Err(SandboxError::Lost { .. } | SandboxError::Refused { .. })), "{asked:?}");
    first.add_host().await.unwrap();
    second.ports().await.unwrap();
    assert!(matches!(second.add_host().await, Err(SandboxError::Refused { .. })), "no third one");
    assert!(matches!(second.open_terminal(3, 80, 24).await, Err(SandboxError::Refused { .. })));
    // Held by the learner: whoever asks it waits, and nobody else does.
    sh_ok(&first, &format!("kill -STOP {INIT}")).await;
    for _ in 0..150 {
        let held = second.clone();
        tokio::spawn(async move { drop(timeout(Duration::from_secs(2), held.ports()).await) });
    }
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(sh_ok(&first, "echo on").await, "on\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_second_host_was_made_from_is_out_of_the_learners_reach() {
    let Some((first, second)) = two().await else { return };
    for host in [&first, &second] {
        // The init keeps the way to the container's own file system as a descriptor.
        let reached =
            sh(host, "ls -l /proc/1/fd /proc/1/ns; ls /proc/1/root/golden; nsenter --mount --target 1 true").await;
        assert_ne!(reached.exit_code, 0);
        assert!(!reached.stdout.contains("mnt:"), "{}", reached.stdout);
        assert_ne!(sh(host, "ls /golden /sandbox/root").await.exit_code, 0);
    }
    let inits = sh_ok(
        &first,
        "for p in $(pgrep -x supervisor); do ls /proc/$p/fd /proc/$p/root >/dev/null 2>&1 && echo open; done; exit 0",
    )
    .await;
    assert_eq!(inits, "");
}
