//! Every program of a sandbox replaced by a trap while the server does each of its operations, and working folders that
//! lead astray. Nothing of the learner's ever runs outside the learner's namespaces; whatever the server does works or
//! ends with a typed error, in time.

use std::{collections::BTreeSet, path::Path, process::Command, time::Duration};

use artifact::{Job, Wanted, read_archive};
use sandbox::{EngineRequest, EngineState, FileContent, Limits, Program, Refusal, Sandbox, SandboxError, WORK_DIR};
use tokio::time::timeout;

use crate::harness::{Guarded, now, ready, sh, sh_ok};

/// The static program; see there.
const TRAP: &[u8] = include_bytes!(env!("TRAP"));
const NOTES: &str = "/tmp/drydock-trap-notes";
const HANGS: &str = "/etc/drydock-trap-hangs";
const FOLDERS: [&str; 10] = [
    "/usr/bin",
    "/usr/sbin",
    "/usr/local/bin",
    "/usr/local/sbin",
    "/usr/libexec/docker/cli-plugins",
    "/usr/lib/docker/cli-plugins",
    "/usr/lib/x86_64-linux-gnu",
    "/usr/lib/aarch64-linux-gnu",
    "/usr/lib64",
    "/usr/lib",
];
/// Longer than any operation's own limit, also on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// The learner's user namespace, as the kernel names it.
async fn user_namespace(sandbox: &Sandbox) -> String {
    sh_ok(sandbox, "readlink /proc/self/ns/user").await.trim().to_owned()
}

async fn lay_traps(sandbox: &Sandbox) -> u32 {
    let mut trap = FileContent::new("/root/trap", TRAP);
    trap.mode = 0o755;
    sandbox.put_files(&[trap]).await.unwrap();
    let program = Program::new(["/root/trap", "--lay"].into_iter().chain(FOLDERS));
    let ran = sandbox.run(program.timeout(PATIENCE)).await.unwrap();
    assert_eq!(ran.exit_code, 0, "{ran:?}");
    ran.stdout.trim().parse().unwrap()
}

/// Names and places of the traps that ran.
async fn notes(sandbox: &Sandbox) -> Vec<Vec<String>> {
    let Ok((_, bytes)) = sandbox.get_file(NOTES, 16 << 20).await else { return Vec::new() };
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    text.lines().map(|line| line.split('\t').map(str::to_owned).collect()).collect()
}

/// The name of the program in whose place the trap ran.
fn program(note: &[String]) -> &str {
    note[0].rsplit('/').next().unwrap_or_default()
}

/// A terminal that is closed at once may end its shell before that says anything. Who waits in vain sees it in the notes.
async fn wait_for_note_of(sandbox: &Sandbox, name: &str) {
    for _ in 0..300 {
        if notes(sandbox).await.iter().any(|note| program(note) == name) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// An operation that came to an end, by its name.
struct Ended {
    name: &'static str,
    outcome: Result<String, SandboxError>,
}

/// Do it, and see that it ends. Every error of a [`Sandbox`] is typed.
async fn ends<T: std::fmt::Debug>(
    ended: &mut Vec<Ended>,
    name: &'static str,
    work: impl Future<Output = Result<T, SandboxError>>,
) -> Option<T> {
    let outcome = timeout(PATIENCE, work).await.unwrap_or_else(|_| panic!("{name} does not end"));
    match outcome {
        Ok(value) => {
            ended.push(Ended { name, outcome: Ok(format!("{value:?}").chars().take(300).collect()) });
            Some(value)
        }
        Err(error) => {
            ended.push(Ended { name, outcome: Err(error) });
            None
        }
    }
}

/// Everything that the server asks of a sandbox, but its end.
async fn all_operations(sandbox: &Sandbox) -> Vec<Ended> {
    let mut list = Vec::new();
    let ended = &mut list;
    ends(ended, "hello", sandbox.hello()).await;
    ends(ended, "stats", sandbox.stats()).await;
    ends(ended, "ports", sandbox.ports()).await;
    ends(ended, "extend", sandbox.extend(now() + 900)).await;
    ends(ended, "put files", sandbox.put_files(&[FileContent::new("/root/work/a/b", "text")])).await;
    ends(ended, "stat", sandbox.stat("/root/work/a/b")).await;
    ends(ended, "get file", sandbox.get_file("/root/work/a/b", 100)).await;
    ends(ended, "tree", sandbox.tree("/", 2000)).await;
    ends(ended, "remove", sandbox.remove("/root/work/a")).await;
    ends(ended, "watch", async { sandbox.watch("/root/work").await.map(drop) }).await;
    ends(ended, "dial", async { sandbox.dial(None, 80).await.map(drop) }).await;
    for program in ["true", "ls", "docker", "/bin/sh", "/usr/bin/env", "no-such-program"] {
        let run = Program::new([program, "-c", "exit 0"]).timeout(Duration::from_secs(3));
        ends(ended, "run", sandbox.run(run)).await;
    }
    ends(ended, "open terminal", sandbox.open_terminal(0, 80, 24)).await;
    ends(ended, "list terminals", sandbox.terminals()).await;
    ends(ended, "attach terminal", async { sandbox.attach(0, 0).await.map(drop) }).await;
    wait_for_note_of(sandbox, "bash").await;
    ends(ended, "close terminal", sandbox.close_terminal(0)).await;
    let ask = |path: &'static str| {
        sandbox.engine_request(EngineRequest::get(path), Limits { bytes: 1 << 30, ..Limits::default() })
    };
    ends(ended, "ask the engine", async { ask("/images/json").await.map(|answer| answer.status) }).await;
    // What a check of an image does.
    let archive =
        ends(ended, "take an image out", async { ask("/images/get?names=busybox").await.map(|answer| answer.body) });
    if let Some(archive) = archive.await {
        let wanted = Wanted { image: "busybox".to_owned(), paths: vec!["/bin/busybox".to_owned()] };
        let job = Job { images: vec![wanted], ..Job::default() };
        assert!(read_archive(archive.as_ref(), &job).unwrap().images[0].files["/bin/busybox"].present);
    }
    // What a check of a container does: its engine starts programs, which are traps.
    let document = serde_json::json!({"Image": "busybox", "Cmd": ["true"], "HostConfig": {"NetworkMode": "none"}});
    let create = EngineRequest::post("/containers/create?name=trapped").json(&document);
    ends(ended, "create a container", async { Ok(sandbox.engine_request(create, Limits::default()).await?.status) })
        .await;
    let start = EngineRequest::post("/containers/trapped/start");
    ends(ended, "start a container", async { Ok(sandbox.engine_request(start, Limits::default()).await?.status) })
        .await;
    ends(ended, "restart the engine", sandbox.restart_engine()).await;
    ends(ended, "wait for the engine", sandbox.wait_for_engine(Duration::from_secs(2))).await;
    ends(ended, "ask the engine again", async { ask("/version").await.map(|answer| answer.status) }).await;
    ends(ended, "restart the engine again", sandbox.restart_engine()).await;
    list
}

/// Those that need nothing of the learner's do their work whatever lies there.
fn own_work_is_done(ended: &[Ended]) {
    let needs_nothing = [
        "hello",
        "stats",
        "ports",
        "extend",
        "put files",
        "stat",
        "get file",
        "tree",
        "remove",
        "watch",
        "list terminals",
        "wait for the engine",
    ];
    for name in needs_nothing {
        let one = ended.iter().find(|one| one.name == name).unwrap();
        assert!(one.outcome.is_ok(), "{name}: {:?}", one.outcome);
    }
    for one in ended {
        if let Err(error) = &one.outcome {
            let typed = matches!(
                error,
                SandboxError::Refused { .. }
                    | SandboxError::Slow { .. }
                    | SandboxError::EngineAnswer(_)
                    | SandboxError::Lost { .. }
            );
            assert!(typed, "{}: {error:?}", one.name);
        }
    }
    assert_eq!(ended.len(), 29, "all were tried");
}

/// No trap saw another user namespace than the learner's; neither the outer container nor the host has notes of one.
async fn all_ran_inside(sandbox: &Sandbox, namespace: &str) -> BTreeSet<String> {
    let notes = notes(sandbox).await;
    for note in &notes {
        assert_eq!(note[1], namespace, "{note:?}");
        assert_eq!(note[2], "0 100000 65536", "{note:?}");
    }
    let outer = Command::new("docker")
        .args(["exec", "--user", "65534:65534", &sandbox.id().to_string(), "ls", "-A", "/dev/shm", "/tmp"])
        .output()
        .unwrap();
    assert!(outer.status.success(), "{outer:?}");
    assert!(!String::from_utf8_lossy(&outer.stdout).contains("drydock-trap"), "{outer:?}");
    for place in [NOTES, "/dev/shm/drydock-trap-notes"] {
        assert!(!Path::new(place).exists(), "a trap ran on the host");
    }
    notes.iter().map(|note| program(note).to_owned()).collect()
}

async fn trapped(hangs: bool) -> Option<(Guarded, Vec<Ended>, BTreeSet<String>)> {
    let sandbox = ready().await?;
    let namespace = user_namespace(&sandbox).await;
    if hangs {
        sandbox.put_files(&[FileContent::new(HANGS, "")]).await.unwrap();
    }
    let laid = lay_traps(&sandbox).await;
    assert!(laid > 500, "{laid}");
    let ended = all_operations(&sandbox).await;
    // Those that are started again and again get the time for it.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let ran = all_ran_inside(&sandbox, &namespace).await;
    Some((sandbox, ended, ran))
}

#[tokio::test(flavor = "multi_thread")]
async fn traps_in_the_place_of_every_program_run_inside_only_and_nothing_hangs() {
    let Some((sandbox, ended, ran)) = trapped(false).await else { return };
    own_work_is_done(&ended);
    for name in ["bash", "true", "ls", "docker", "sh", "env", "containerd-shim-runc-v2", "dockerd"] {
        assert!(ran.contains(name), "the server does not run {name}, or the trap notes nothing: {ran:?}");
    }
    timeout(PATIENCE, sandbox.end()).await.unwrap().unwrap();
    assert!(sandbox.hello().await.is_err(), "it is gone");
}

#[tokio::test(flavor = "multi_thread")]
async fn traps_that_never_end_hold_up_nothing_but_themselves() {
    let Some((sandbox, ended, ran)) = trapped(true).await else { return };
    own_work_is_done(&ended);
    assert!(ran.contains("bash") && ran.contains("sh"), "{ran:?}");
    let timed_out = ended
        .iter()
        .filter(|one| one.name == "run" && one.outcome.as_ref().is_ok_and(|ran| ran.contains("timed_out: true")));
    assert_eq!(timed_out.count(), 5, "each of the programs that there are was ended");
    timeout(PATIENCE, sandbox.end()).await.unwrap().unwrap();
    assert!(sandbox.hello().await.is_err(), "it is gone");
}

/// Where a program ran, when it did.
const WHERE: &str = "readlink /proc/self/ns/user; cd /proc/self/cwd/ && ls -a . .. ../.. ../../.. 2>/dev/null; true";

/// Nothing of the outer container's: neither the supervisor's folder nor the golden volume.
fn is_inside(listing: &str, namespace: &str) {
    assert!(listing.starts_with(namespace), "{listing}");
    for outer in ["supervisor", "golden", "skeleton"] {
        assert!(!listing.lines().any(|line| line == outer), "{outer}: {listing}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_working_folder_that_leads_astray_leads_nowhere_outside() {
    let Some(sandbox) = ready().await else { return };
    let namespace = user_namespace(&sandbox).await;
    let all_gone = "cd /; umount -l /root/work 2>/dev/null; rm -rf /root/work; ";
    let made = [
        ("gone", "true", false),
        ("a file", "echo > /root/work", false),
        ("a pipe", "mkfifo /root/work", false),
        ("a link to itself", "ln -s work /root/work", false),
        ("a link to the supervisor's folder", "ln -s /proc/1/cwd /root/work", false),
        ("a link to the supervisor's root", "ln -s /proc/1/root /root/work", false),
        ("a link to the helper's own root", "ln -s /proc/self/root /root/work", true),
        ("a link to the helper's parent's", "ln -s /proc/self/../1/cwd/.. /root/work", false),
        ("a link to the root", "ln -s / /root/work", true),
        ("a mount of memory", "mkdir /root/work && mount -t tmpfs none /root/work", true),
        ("a mount of processes", "mkdir /root/work && mount -t proc none /root/work", true),
        ("a mount of the root", "mkdir /root/work && mount --rbind / /root/work", true),
        ("closed", "mkdir -m 0 /root/work", true),
    ];
    for (what, script, runs) in made {
        // The folder of this very program is to vanish.
        let mut program = Program::shell(format!("{all_gone}{script}"));
        program.cwd = "/".to_owned();
        let ran = sandbox.run(program).await.unwrap();
        assert_eq!(ran.exit_code, 0, "{what}: {ran:?}");
        match timeout(PATIENCE, sandbox.run(Program::shell(WHERE))).await.unwrap() {
            Ok(ran) => {
                assert!(runs, "{what}: {ran:?}");
                is_inside(&ran.stdout, &namespace);
            }
            Err(error) => {
                assert!(!runs, "{what}: {error:?}");
                let typed = matches!(error, SandboxError::Refused { refusal: Refusal::System | Refusal::NotFound, .. });
                assert!(typed, "{what}: {error:?}");
            }
        }
        let opened = timeout(PATIENCE, sandbox.open_terminal(0, 80, 24)).await.unwrap();
        assert_eq!(opened.is_ok(), runs, "{what}: {opened:?}");
        if runs {
            sandbox.close_terminal(0).await.unwrap();
        }
        // Files below it: found, or not; and whatever is found is the learner's.
        if let Ok((files, _)) = timeout(PATIENCE, sandbox.tree(WORK_DIR, 2000)).await.unwrap() {
            assert!(files.iter().all(|file| file.path != "golden" && file.path != "sandbox/supervisor"), "{what}");
        }
    }
    let mut restore = Program::shell(format!("{all_gone} mkdir /root/work"));
    restore.cwd = "/".to_owned();
    assert_eq!(sandbox.run(restore).await.unwrap().exit_code, 0);
    assert_eq!(sh(&sandbox, "pwd").await.stdout, "/root/work\n", "and it is usable again");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_descriptor_of_the_helpers_leads_outside() {
    let Some(sandbox) = ready().await else { return };
    let namespace = user_namespace(&sandbox).await;
    // As the way out of 2024 went: the folder that a program starts in is one that its maker left open.
    let mut started = 0;
    for fd in 0..64 {
        for path in [format!("/proc/self/fd/{fd}"), format!("/proc/self/fd/{fd}/../..")] {
            let mut program = Program::shell(WHERE);
            program.cwd = path.clone();
            match timeout(PATIENCE, sandbox.run(program)).await.unwrap() {
                Ok(ran) => {
                    started += 1;
                    is_inside(&ran.stdout, &namespace);
                }
                Err(error) => assert!(matches!(error, SandboxError::Refused { .. }), "{path}: {error:?}"),
            }
        }
    }
    assert_eq!(started, 0, "helpers hold no folder open");
    // Files of such names lead nowhere either.
    for fd in 0..64 {
        if let Ok((_, bytes)) = sandbox.get_file(&format!("/proc/self/fd/{fd}"), 1 << 20).await {
            panic!("descriptor {fd} is a file of {} bytes", bytes.len());
        }
    }
    assert_eq!(sandbox.wait_for_engine(Duration::from_secs(60)).await.unwrap(), EngineState::Ready);
}
