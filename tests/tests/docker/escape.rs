//! What a learner with root in the sandbox must not be able to do with the tools that lie there. What a program made for it
//! tries is in the table of [`crate::intruder`].

use crate::harness::{ready, sandbox, sh, sh_ok};

#[tokio::test(flavor = "multi_thread")]
async fn no_outer_process_runs_as_root() {
    let Some(sandbox) = ready().await else { return };
    assert!(sandbox.hello().await.unwrap().unprivileged);
    // From the host's side: every process of the container, by its control group.
    sh_ok(&sandbox, "docker run -d busybox sleep 600").await;
    let id = sandbox.id().to_string();
    let mut seen = 0;
    for process in std::fs::read_dir("/proc").unwrap().flatten() {
        let folder = process.path();
        let Ok(groups) = std::fs::read_to_string(folder.join("cgroup")) else { continue };
        if !groups.contains(&id) {
            continue;
        }
        let Ok(status) = std::fs::read_to_string(folder.join("status")) else { continue };
        let line =
            |name: &str| status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().trim().to_owned();
        let uids = line("Uid:");
        assert!(uids.split_whitespace().all(|uid| uid != "0"), "{} runs as uid {uids}", line("Name:"));
        // No capability in the host's namespace: what the learner's side has counts in its own only.
        let is_learners = |uid: &str| uid.parse::<u32>().is_ok_and(|uid| uid >= 100_000);
        if !uids.split_whitespace().all(is_learners) {
            assert_eq!(line("CapEff:"), "0000000000000000");
            assert_eq!(line("CapPrm:"), "0000000000000000");
        }
        seen += 1;
    }
    assert!(seen >= 5, "supervisor, inner init, containerd, dockerd, shim and the container: {seen}");
}

/// A group's own tree may be looked at, and one of version 2 be parted, see [`crate::limits`].
const CHANGE_GROUP: &str = "mkdir -p /tmp/g; mount -t cgroup -o memory none /tmp/g || mount -t cgroup2 none /tmp/g
[ ! -e /tmp/g/cgroup.controllers ] && mkdir /tmp/g/mark && exit 0
[ ! -e /tmp/g/cgroup.controllers ] && processes=cgroup.procs
for file in memory.limit_in_bytes memory.max pids.max cpu.max $processes release_agent notify_on_release; do
  ( : >> /tmp/g/$file ) && [ -e /tmp/g/memory.stat ] && exit 0
done
umount /tmp/g; exit 1";

/// Since kernel 6.14 each process namespace has its own.
#[tokio::test(flavor = "multi_thread")]
async fn the_highest_process_number_is_the_sandboxs_own_or_not_writable() {
    let Some(sandbox) = sandbox().await else { return };
    let host = std::fs::read("/proc/sys/kernel/pid_max").unwrap();
    sh(&sandbox, "echo 4000 > /proc/sys/kernel/pid_max").await;
    assert_eq!(std::fs::read("/proc/sys/kernel/pid_max").unwrap(), host);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_learner_is_root_of_a_namespace_and_nothing_else() {
    let Some(sandbox) = sandbox().await else { return };
    assert_eq!(sh_ok(&sandbox, "id -u").await.trim(), "0");
    let map = sh_ok(&sandbox, "cat /proc/self/uid_map").await;
    assert_eq!(map.split_whitespace().collect::<Vec<_>>(), ["0", "100000", "65536"]);
    for (what, script) in [
        ("see the host's processes", "[ $(ls -d /proc/[0-9]* | wc -l) -gt 20 ]"),
        (
            "mount a block device",
            "mkdir -p /tmp/m && for d in vda sda nvme0n1; do mknod /tmp/$d b 254 0 2>/dev/null && mount /tmp/$d /tmp/m && exit 0; done; exit 1",
        ),
        ("make a device", "mknod /tmp/mem c 1 1"),
        ("mount debugfs", "mount -t debugfs none /tmp"),
        ("mount securityfs", "mount -t securityfs none /tmp"),
        ("change a control group", CHANGE_GROUP),
        ("read the kernel's log", "dmesg"),
        ("set the clock", "date -s 2001-01-01"),
        ("load a module", "modprobe dummy 2>/dev/null || insmod /tmp/x.ko"),
        ("open a deeper user namespace", "unshare --user true"),
        ("use the packet filter's netlink", "iptables-nft -L"),
        ("look into the supervisor", "ls /proc/1/root/ /proc/1/fd/"),
        ("trace the supervisor", "cat /proc/1/mem /proc/1/environ"),
        ("end the supervisor", "kill -9 1; sleep 0.3; [ ! -d /proc/1 ]"),
        ("raise a limit", "ulimit -Hn 1000000"),
        ("enter the host's namespaces", "nsenter -t 1 -m -n true"),
        ("write to the lower file system", "find / -xdev -samefile /sandbox/supervisor 2>/dev/null | grep ."),
        ("find the outer socket", "find / -name control.sock 2>/dev/null | grep ."),
    ] {
        let ran = sh(&sandbox, script).await;
        assert_ne!(ran.exit_code, 0, "the learner could {what}: {} {}", ran.stdout, ran.stderr);
    }
    assert!(sandbox.hello().await.is_ok(), "it is as it was");
}
