//! What a learner with root in the sandbox, or in a container inside it, must not be able to do.

use sandbox::{FileContent, Sandbox};

use crate::harness::{ready, sandbox, sh, sh_ok};

/// Docker's default masked paths, then its read-only ones, and what else leads to the host.
const FORBIDDEN: [&str; 32] = [
    "/proc/acpi",
    "/proc/asound",
    "/proc/interrupts",
    "/proc/kcore",
    "/proc/keys",
    "/proc/latency_stats",
    "/proc/sched_debug",
    "/proc/scsi",
    "/proc/timer_list",
    "/proc/timer_stats",
    "/sys/devices/virtual/powercap",
    "/sys/firmware",
    "/proc/bus",
    "/proc/fs",
    "/proc/irq",
    "/proc/sysrq-trigger",
    "/proc/sys/kernel/core_pattern",
    "/proc/sys/kernel/modprobe",
    "/proc/sys/kernel/hotplug",
    "/proc/sys/kernel/sysrq",
    "/proc/sys/kernel/panic",
    "/proc/sys/kernel/yama",
    "/proc/sys/vm/panic_on_oom",
    "/proc/sys/vm/overcommit_memory",
    "/proc/sys/vm/drop_caches",
    "/proc/sys/fs/file-max",
    "/proc/sys/fs/binfmt_misc",
    "/sys/kernel/uevent_helper",
    "/sys/kernel/mm",
    "/sys/power",
    "/sys/fs/cgroup",
    "/sys/module",
];

/// For every path, and every file below it: opened for writing, it must not open; prints what did.
const WRITE: &str = r#"
for path in "$@"; do
  find "$path" -maxdepth 3 -type f 2>/dev/null | head -n 400 | while read -r file; do
    if ( : >> "$file" ) 2>/dev/null; then echo "opened for writing: $file"; fi
  done
  # A tmpfs here is the container's own.
  if [ -d "$path" ] && [ "$(stat -f -c %T "$path")" != tmpfs ] && mkdir "$path/mark" 2>/dev/null; then echo "made a folder in: $path"; fi
done
exit 0
"#;

async fn opened(sandbox: &Sandbox, prefix: &str) -> String {
    sandbox.put_files(&[FileContent::new("/tmp/write.sh", WRITE)]).await.unwrap();
    sh_ok(sandbox, &format!("{prefix} /tmp/write.sh {}", FORBIDDEN.join(" "))).await
}

#[tokio::test(flavor = "multi_thread")]
async fn no_masked_or_read_only_path_of_docker_is_writable() {
    let Some(sandbox) = ready().await else { return };
    let host_before = std::fs::read("/proc/sys/kernel/core_pattern").unwrap();
    assert_eq!(opened(&sandbox, "sh").await, "", "as the learner's root");
    let remounted = "mount -o remount,rw /sys; mount -t sysfs none /sys; mount -o remount,rw /sys/fs/cgroup; sh";
    assert_eq!(opened(&sandbox, remounted).await, "", "nor with file systems mounted anew");
    let nested = "docker run --rm -v /tmp:/tmp busybox sh";
    assert_eq!(opened(&sandbox, nested).await, "", "as root of a container");
    let bare = "docker run --rm --cap-add ALL --security-opt seccomp=unconfined --security-opt systempaths=unconfined -v /tmp:/tmp busybox sh";
    assert_eq!(opened(&sandbox, bare).await, "", "as root of a container without any of Docker's protection");
    assert_eq!(std::fs::read("/proc/sys/kernel/core_pattern").unwrap(), host_before);
}

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

/// A group's own tree may be looked at.
const CHANGE_GROUP: &str = "mkdir -p /tmp/g; mount -t cgroup -o memory none /tmp/g || mount -t cgroup2 none /tmp/g
mkdir /tmp/g/mark && exit 0
for file in memory.limit_in_bytes memory.max cgroup.procs release_agent notify_on_release; do
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

/// Calls that the container's filter must refuse, by their errno.
const CALLS: &str = r#"
import ctypes, errno, socket
libc = ctypes.CDLL(None, use_errno=True)
def call(name, number, *arguments):
    ctypes.set_errno(0)
    result = libc.syscall(number, *arguments)
    print(name, 'allowed' if result >= 0 else errno.errorcode.get(ctypes.get_errno(), '?'))
zero = ctypes.c_long(0)
call('add_key', 248, 0, 0, 0, 0, 0)
call('bpf', 321, 0, 0, 0)
call('clone3', 435, 0, 0)
call('fsopen', 430, b'proc', 0)
call('init_module', 175, 0, 0, 0)
call('io_uring_setup', 425, 1, 0)
call('kexec_load', 246, 0, 0, 0, 0)
call('keyctl', 250, 0, 0, 0)
call('open_by_handle_at', 304, -1, 0, 0)
call('perf_event_open', 298, 0, 0, -1, -1, 0)
call('quotactl', 179, 0, 0, 0, 0)
call('reboot', 169, 0, 0, 0, 0)
call('swapon', 167, b'/x', 0)
call('syslog', 103, 3, 0, 0)
call('unshare user', 272, 0x10000000)
call('userfaultfd', 323, 0)
def family(name, *arguments):
    try:
        socket.socket(*arguments).close()
        print(name, 'allowed')
    except OSError as error:
        print(name, errno.errorcode.get(error.errno, '?'))
family('AF_ALG', 38, 5, 0)
family('AF_KEY', 15, 3, 2)
family('AF_PACKET', 17, 3, 0)
family('AF_TIPC', 30, 2, 0)
family('AF_VSOCK', 40, 1, 0)
family('AF_XDP', 44, 3, 0)
family('netlink route', 16, 3, 0)
family('netlink netfilter', 16, 3, 12)
family('netlink xfrm', 16, 3, 6)
family('netlink audit', 16, 3, 9)
"#;

const REFUSALS: &str = "\
add_key ENOSYS
bpf EPERM
clone3 ENOSYS
fsopen ENOSYS
init_module EPERM
io_uring_setup EPERM
kexec_load EPERM
keyctl ENOSYS
open_by_handle_at EPERM
perf_event_open EPERM
quotactl EPERM
reboot EPERM
swapon EPERM
syslog EPERM
unshare user EPERM
userfaultfd EPERM
AF_ALG EPERM
AF_KEY EPERM
AF_PACKET EPERM
AF_TIPC EPERM
AF_VSOCK EPERM
AF_XDP EPERM
netlink route allowed
netlink netfilter EPERM
netlink xfrm EPERM
netlink audit EPROTONOSUPPORT
";

#[tokio::test(flavor = "multi_thread")]
async fn dangerous_calls_are_refused_even_without_dockers_own_filter() {
    if !cfg!(target_arch = "x86_64") {
        eprintln!("skipped: the numbers are those of x86-64");
        return;
    }
    let Some(sandbox) = ready().await else { return };
    sandbox.put_files(&[FileContent::new("/tmp/calls.py", CALLS)]).await.unwrap();
    let run =
        "docker run --rm --cap-add ALL --security-opt seccomp=unconfined -v /tmp:/tmp python:3 python3 /tmp/calls.py";
    let answers = sh_ok(&sandbox, run).await;
    assert_eq!(answers, REFUSALS);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_privileged_container_inside_gains_nothing() {
    let Some(sandbox) = ready().await else { return };
    let ran = sh(&sandbox, "docker run --rm --privileged busybox true").await;
    assert_ne!(ran.exit_code, 0, "a privileged container could be started; what it can do must be looked at");
    // Still everything on the host side is as it was.
    assert!(sandbox.hello().await.unwrap().unprivileged);
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_that_the_learner_replaces_do_not_run_outside() {
    let Some(sandbox) = sandbox().await else { return };
    let trap = "#!/bin/bash\ntouch /tmp/trap-$(basename $0)\n[ -w /sandbox ] || [ -e /run/sandbox/control.sock ] && touch /tmp/escaped\nexit 0\n";
    let names = ["xz", "unpigz", "tar", "ls", "cat", "docker", "runc", "iptables", "mount"];
    for folder in ["/usr/local/bin", "/usr/bin", "/usr/sbin"] {
        let files: Vec<_> = names
            .iter()
            .map(|name| {
                let mut file = FileContent::new(format!("{folder}/{name}"), trap);
                file.mode = 0o755;
                file
            })
            .collect();
        sandbox.put_files(&files).await.unwrap();
    }
    // What the server does by itself needs none of them.
    sandbox.put_files(&[FileContent::new("/root/work/a", "b")]).await.unwrap();
    sandbox.get_file("/root/work/a", 10).await.unwrap();
    sandbox.tree("/", 100).await.unwrap();
    sandbox.stats().await.unwrap();
    sandbox.open_terminal(0, 80, 24).await.unwrap();
    let (tree, _) = sandbox.tree("/tmp", 100).await.unwrap();
    assert!(tree.iter().all(|file| file.path != "escaped"), "{tree:?}");
    assert!(!std::path::Path::new("/tmp/trap-xz").exists(), "nothing of it ran on the host");
}
