//! Nothing leads out of a sandbox.

use crate::harness::{ready, sh, sh_ok};

#[tokio::test(flavor = "multi_thread")]
async fn learner_cannot_reach_the_network() {
    let Some(sandbox) = ready().await else { return };
    let routes = sh_ok(&sandbox, "ip route show default; ip -6 route show default").await;
    assert_eq!(routes.trim(), "", "no way out");
    let links = sh_ok(&sandbox, "ip -o link show | awk -F': ' '{print $2}'").await;
    for link in links.lines() {
        assert!(
            link == "lo" || link.starts_with("docker") || link.starts_with("br-") || link.starts_with("veth"),
            "{link}"
        );
    }
    // A public address, the cloud's metadata, the usual address of a host's bridge.
    for address in ["1.1.1.1", "169.254.169.254", "172.17.0.1", "10.0.0.1", "192.168.1.1"] {
        let ran = sh(&sandbox, &format!("nc -w 2 -z {address} 80")).await;
        assert_ne!(ran.exit_code, 0, "{address}");
    }
    let name = sh(&sandbox, "getent hosts deb.debian.org").await;
    assert_ne!(name.exit_code, 0, "no name is resolved");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_nested_container_cannot_reach_the_network() {
    let Some(sandbox) = ready().await else { return };
    let ran = sh(&sandbox, "docker run --rm busybox sh -c 'nc -w 2 1.1.1.1 80 </dev/null'").await;
    assert_ne!(ran.exit_code, 0);
    let host = sh(&sandbox, "docker run --rm --network host busybox sh -c 'ip route | grep default'").await;
    assert_ne!(host.exit_code, 0, "the sandbox's own network is all there is: {}", host.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sandbox_has_loopback_of_its_own() {
    let Some(sandbox) = ready().await else { return };
    // The host's engine and everything else that listens on the host's loopback are not there.
    let listening = sh_ok(&sandbox, "ss -tlnH | wc -l").await;
    assert_eq!(listening.trim(), "0");
}
