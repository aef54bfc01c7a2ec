//! What of the kernel and the host's file systems can be seen or changed from within: all of it is listed here.

use std::collections::BTreeSet;

use crate::harness::{ready, sandbox, sh_ok};

/// File systems that hold nothing of the host's.
const OWN: [&str; 8] = ["proc", "sysfs", "tmpfs", "devpts", "mqueue", "cgroup", "cgroup2", "overlay"];

#[tokio::test(flavor = "multi_thread")]
async fn no_host_path_is_mounted_in_a_sandbox() {
    let Some(sandbox) = ready().await else { return };
    let table = sh_ok(&sandbox, "cat /proc/self/mountinfo").await;
    let mut layers = 0;
    for line in table.lines() {
        let (left, right) = line.split_once(" - ").unwrap();
        let left: Vec<&str> = left.split(' ').collect();
        let (root, place, options) = (left[3], left[4], left[5]);
        let kind = right.split(' ').next().unwrap();
        if let Some(device) = place.strip_prefix("/dev/").filter(|_| root.starts_with('/') && kind == "tmpfs") {
            // Character devices of the outer container's own /dev.
            let known = ["null", "zero", "full", "random", "urandom", "tty", "shm"];
            assert!(known.contains(&device), "{line}");
        } else if place.starts_with("/var/lib/docker/overlay2/") && place.ends_with("/diff") {
            // A preloaded layer, of the golden volume and of nothing else.
            assert!(options.split(',').any(|option| option == "ro"), "{line}");
            assert!(root.contains("drydock-golden-") && root.contains("/_data/data/docker/overlay2/"), "{line}");
            layers += 1;
        } else {
            assert!(OWN.contains(&kind), "{line}");
            if kind == "tmpfs" || kind == "overlay" {
                assert_eq!(root, "/", "{line}");
            }
            // The one group of version 2 that is handed over has its own rules, see `limits`.
            let handed_over = kind == "cgroup2" && root == "/";
            if ["sysfs", "cgroup", "cgroup2"].contains(&kind) && !handed_over {
                assert!(options.split(',').any(|option| option == "ro"), "{line}");
            }
        }
    }
    assert!(layers > 3, "{table}");
}

/// Settings that belong to a namespace of the sandbox's own: writing them changes nothing outside.
const NAMESPACED: [&str; 18] = [
    "fs/mqueue/msg_default",
    "fs/mqueue/msg_max",
    "fs/mqueue/msgsize_default",
    "fs/mqueue/msgsize_max",
    "fs/mqueue/queues_max",
    "kernel/auto_msgmni",
    "kernel/domainname",
    "kernel/hostname",
    "kernel/msg_next_id",
    "kernel/msgmax",
    "kernel/msgmnb",
    "kernel/msgmni",
    "kernel/pid_max",
    "kernel/sem",
    "kernel/sem_next_id",
    "kernel/shm_next_id",
    "kernel/shm_rmid_forced",
    "kernel/shmall",
];

/// The same by their beginning.
const NAMESPACED_FOLDERS: [&str; 4] = ["net/", "user/", "kernel/shmm", "kernel/ns_last_pid"];

#[tokio::test(flavor = "multi_thread")]
async fn no_setting_of_the_kernel_is_writable_but_those_of_own_namespaces() {
    let Some(sandbox) = sandbox().await else { return };
    // Opened for writing, and nothing written.
    let script = "cd /proc/sys && find . -type f | while read -r file; do ( : >> $file ) 2>/dev/null && echo ${file#./}; done; true";
    let writable = sh_ok(&sandbox, script).await;
    let unknown: BTreeSet<&str> = writable
        .lines()
        .filter(|file| !NAMESPACED.contains(file) && !NAMESPACED_FOLDERS.iter().any(|folder| file.starts_with(folder)))
        .collect();
    assert_eq!(unknown, BTreeSet::new());
    // The list means something: the host's own are to be seen here.
    assert!(sh_ok(&sandbox, "cd /proc/sys && find . -type f | wc -l").await.trim().parse::<u32>().unwrap() > 200);
}
