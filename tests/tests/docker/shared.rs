//! What the kernel shares between sandboxes: one that takes all of it leaves its neighbours theirs.

use std::time::{Duration, Instant};

use sandbox::{EngineState, FileContent, SandboxConfig};

use crate::harness::{Guarded, ready, sandbox_with, sh, sh_ok};

/// A neighbour can do all that it could: a terminal, a program with namespaces of its own, a container.
async fn usable(neighbour: &Guarded) {
    let began = Instant::now();
    neighbour.open_terminal(0, 80, 24).await.unwrap();
    neighbour.close_terminal(0).await.unwrap();
    sh_ok(neighbour, "unshare --uts --ipc --net --mount true && docker run --rm busybox true").await;
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
}

/// As many descriptors under way as the kernel lets a program of the learner's have.
const UNDER_WAY: &str = r#"
import array, errno, os, socket, sys, time
pairs, sent = [], 0
file = os.open('/dev/null', os.O_RDONLY)
fds = array.array('i', [file] * 253)
def send(count):
    global sent
    pair = pairs[-1][0]
    pair.sendmsg([b'x'], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, fds[:count])])
    sent += count
full = False
for count in (253, 1):
    full = False
    while not full and len(pairs) < 4000:
        pairs.append(socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM))
        pairs[-1][0].setblocking(False)
        try:
            while True: send(count)
        except OSError as error:
            full = error.errno == errno.ETOOMANYREFS
print('full' if full else 'not full', sent, flush=True)
time.sleep(600)
"#;

#[tokio::test(flavor = "multi_thread")]
async fn descriptors_under_way_in_one_sandbox_leave_the_others_theirs() {
    let (Some(sandbox), Some(neighbour)) = (ready().await, ready().await) else { return };
    sandbox.put_files(&[FileContent::new("/tmp/under_way.py", UNDER_WAY)]).await.unwrap();
    sh_ok(&sandbox, "docker run -d --name taker -v /tmp:/tmp python:3 python3 /tmp/under_way.py").await;
    let said =
        sh_ok(&sandbox, "for n in $(seq 300); do docker logs taker | grep full && exit; sleep 0.1; done; exit 1").await;
    assert!(said.starts_with("full"), "the kernel's limit is not reached: {said}");
    usable(&neighbour).await;
    assert_eq!(neighbour.wait_for_engine(Duration::from_secs(5)).await.unwrap(), EngineState::Ready);
    // And it does not shut itself out either.
    sandbox.open_terminal(0, 80, 24).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn namespaces_and_watchers_are_counted_for_each_sandbox_alone() {
    let config = SandboxConfig { memory_mib: 1536, pids: 600, ..SandboxConfig::default() };
    let (Some(sandbox), Some(neighbour)) = (sandbox_with(config).await, ready().await) else { return };
    // Each of the namespaces is held by a process, and by a mount where that is allowed.
    let script =
        "for n in $(seq 400); do unshare --uts --ipc --net sleep 300 & done >/dev/null 2>&1; sleep 3; echo done";
    sh_ok(&sandbox, script).await;
    let watchers = r#"
import ctypes, time
libc = ctypes.CDLL(None)
taken = 0
while taken < 100000 and libc.inotify_init() >= 0: taken += 1
print('taken', taken, flush=True)
time.sleep(300)
"#;
    let can_watch = "import ctypes; exit(0 if ctypes.CDLL(None).inotify_init() >= 0 else 1)";
    sandbox.put_files(&[FileContent::new("/tmp/watchers.py", watchers)]).await.unwrap();
    assert_eq!(sandbox.wait_for_engine(Duration::from_secs(60)).await.unwrap(), EngineState::Ready);
    sh_ok(&sandbox, "docker run -d --name taker -v /tmp:/tmp python:3 python3 /tmp/watchers.py").await;
    sh_ok(&sandbox, "for n in $(seq 300); do docker logs taker | grep taken && exit; sleep 0.1; done; exit 1").await;
    sh_ok(&neighbour, &format!("docker run --rm python:3 python3 -c '{can_watch}'")).await;
    usable(&neighbour).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn open_files_and_inodes_without_end_stay_in_their_sandbox() {
    let (Some(sandbox), Some(neighbour)) = (ready().await, ready().await) else { return };
    let files = "cd /root/work && i=0; while [ $i -lt 2000000 ] && mkdir d$i 2>/dev/null; do i=$((i+1)); done; echo $i";
    sandbox
        .run(sandbox::Program::shell(files).timeout(Duration::from_secs(15)))
        .await
        .map(|ran| assert!(ran.exit_code == 0 || ran.timed_out, "{ran:?}"))
        .unwrap();
    let open = r#"
import os, time
held = []
try:
    while len(held) < 2000000: held.append(os.open('/dev/null', os.O_RDONLY))
except OSError as error: print('taken', len(held), error.strerror, flush=True)
time.sleep(300)
"#;
    sandbox.put_files(&[FileContent::new("/tmp/open.py", open)]).await.unwrap();
    sh_ok(&sandbox, "for n in 1 2 3; do docker run -d --name taker$n -v /tmp:/tmp python:3 python3 /tmp/open.py; done")
        .await;
    let said =
        sh_ok(&sandbox, "for n in $(seq 300); do docker logs taker3 | grep taken && exit; sleep 0.1; done; exit 1")
            .await;
    assert!(said.contains("Too many open files"), "one program is bounded: {said}");
    usable(&neighbour).await;
    assert!(sandbox.hello().await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn sockets_and_shared_memory_have_no_names_that_a_neighbour_sees() {
    let (Some(sandbox), Some(neighbour)) = (ready().await, ready().await) else { return };
    sh_ok(&sandbox, "(nc -lkU @drydock-mark >/dev/null 2>&1 || true) & ipcmk -M 4096 -Q && sleep 0.3").await;
    let abstract_sockets = sh_ok(&sandbox, "cat /proc/net/unix; echo; ls /proc/sys/kernel/shm*").await;
    assert!(abstract_sockets.contains("Path"), "{abstract_sockets}");
    // Whatever either shows of these: the neighbour shows nothing of this one's.
    assert_eq!(sh(&neighbour, "grep -c drydock-mark /proc/net/unix").await.stdout.trim(), "0");
    for kind in ["shm", "msg", "sem"] {
        let seen = sh_ok(&neighbour, &format!("tail -n +2 /proc/sysvipc/{kind} | wc -l")).await;
        assert_eq!(seen.trim(), "0", "{kind}");
    }
    assert_eq!(sh_ok(&sandbox, "tail -n +2 /proc/sysvipc/shm | wc -l").await.trim(), "1", "its own is there");
}
