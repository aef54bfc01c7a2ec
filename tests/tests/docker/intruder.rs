//! Every way out that is known, tried by a program of ours and compared with a table, line by line and both ways.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    time::Duration,
};

use sandbox::{FileContent, Program};

use crate::harness::{Guarded, ready, sh, sh_ok};

/// What is expected; its head tells how it is read.
const TABLE: &str = include_str!("intruder.golden");
/// The static program.
const INTRUDER: &[u8] = include_bytes!(env!("INTRUDER"));
const PLACE: &str = "/tmp/intruder";
/// All that a learner can give to a container. `--privileged` is refused by the engine, see the last test.
const ALL_PRIVILEGES: &str = "--cap-add ALL --security-opt seccomp=unconfined --security-opt systempaths=unconfined \
     --security-opt apparmor=unconfined --pid host --ipc host --uts host --network host --cgroupns host --userns host";

/// A line of the table.
struct Expected {
    learner: &'static str,
    container: &'static str,
    why: Option<&'static str>,
}

fn table() -> BTreeMap<&'static str, Expected> {
    let mut table = BTreeMap::new();
    for line in TABLE.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (words, why) = match line.split_once(" # ") {
            Some((words, why)) => (words, Some(why.trim())),
            None => (line, None),
        };
        let words: Vec<&str> = words.split_whitespace().collect();
        let [name, learner, container] = words[..] else { panic!("three words: {line}") };
        // These are of another processor's.
        if cfg!(not(target_arch = "x86_64")) && (name.starts_with("x86:") || name.starts_with("call:x86-")) {
            continue;
        }
        let before = table.insert(name, Expected { learner, container, why });
        assert!(before.is_none(), "twice: {line}");
    }
    table
}

/// Cases by name, as the program printed them.
fn told(output: &str) -> BTreeMap<&str, &str> {
    let mut told = BTreeMap::new();
    for line in output.lines() {
        let (name, outcome) = line.split_once('\t').unwrap_or_else(|| panic!("no case: {line}"));
        assert!(told.insert(name, outcome).is_none(), "twice: {line}");
    }
    told
}

/// What differs, a line each.
fn differences(place: &str, told: &BTreeMap<&str, &str>, expected: &BTreeMap<&str, &str>) -> String {
    let mut lines = String::new();
    for (name, outcome) in told {
        match expected.get(name) {
            None => writeln!(lines, "{place}: {name} is not in the table: {outcome}").unwrap(),
            Some(allowed) if allowed.split('|').any(|word| word == *outcome) => {}
            Some(allowed) => writeln!(lines, "{place}: {name} came to {outcome}, not to {allowed}").unwrap(),
        }
    }
    for name in expected.keys().filter(|name| !told.contains_key(*name)) {
        writeln!(lines, "{place}: {name} was not tried").unwrap();
    }
    lines
}

/// What an escape would change of the host, seen from outside.
#[derive(Debug, PartialEq, Eq)]
struct Host {
    settings: Vec<(&'static str, Option<String>)>,
    modules: BTreeSet<String>,
    mounts: BTreeSet<String>,
}

const SETTINGS: [&str; 11] = [
    "/proc/sys/fs/binfmt_misc/status",
    "/proc/sys/kernel/core_pattern",
    "/proc/sys/kernel/domainname",
    "/proc/sys/kernel/hostname",
    "/proc/sys/kernel/modprobe",
    "/proc/sys/kernel/pid_max",
    "/proc/sys/kernel/printk",
    "/proc/sys/kernel/sysrq",
    "/proc/sys/vm/overcommit_memory",
    "/proc/swaps",
    "/sys/kernel/uevent_helper",
];

impl Host {
    fn now() -> Self {
        let modules = std::fs::read_to_string("/proc/modules").unwrap_or_default();
        let mounts = std::fs::read_to_string("/proc/self/mountinfo").unwrap();
        Self {
            settings: SETTINGS.map(|path| (path, std::fs::read_to_string(path).ok())).to_vec(),
            modules: modules.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect(),
            mounts: mounts.lines().filter_map(lasting_mount).collect(),
        }
    }
}

/// A mount without its number; none of those that come and go with containers: other tests start and end some.
fn lasting_mount(line: &str) -> Option<String> {
    let place = line.split(' ').nth(4)?;
    let of_a_container = ["/netns/", "/overlay2/", "/containers/"].iter().any(|part| place.contains(part));
    (!of_a_container).then(|| line.split(' ').skip(2).collect::<Vec<_>>().join(" "))
}

/// How far the wall clock is from the one that nobody can set, in microseconds.
fn clock_offset(began: std::time::Instant) -> i128 {
    let wall = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_micros();
    i128::try_from(wall).unwrap() - i128::try_from(began.elapsed().as_micros()).unwrap()
}

async fn put_in(sandbox: &Guarded) {
    let mut program = FileContent::new(PLACE, INTRUDER);
    program.mode = 0o755;
    sandbox.put_files(&[program]).await.unwrap();
}

async fn as_learner(sandbox: &Guarded) -> String {
    // Not by a shell: its parent is then a helper of the supervisor's, which it is to attack.
    let program = Program::new([PLACE]).timeout(Duration::from_secs(280));
    let ran = sandbox.run(program).await.unwrap();
    assert!(ran.exit_code == 0 && !ran.truncated && !ran.timed_out, "{ran:?}");
    ran.stdout
}

async fn in_container(sandbox: &Guarded) -> String {
    let script = format!("docker run --rm {ALL_PRIVILEGES} --tmpfs /tmp -v {PLACE}:{PLACE}:ro busybox {PLACE}");
    let ran = sandbox.run(Program::shell(script).timeout(Duration::from_secs(280))).await.unwrap();
    assert!(ran.exit_code == 0 && !ran.truncated && !ran.timed_out, "{ran:?}");
    ran.stdout
}

/// The program tells all of it as it came when a new table is to be made.
fn record(learner: &BTreeMap<&str, &str>, container: &BTreeMap<&str, &str>) {
    if let Ok(path) = std::env::var("DRYDOCK_INTRUDER_TOLD") {
        let lines: String = learner.iter().fold(String::new(), |mut lines, (name, outcome)| {
            writeln!(lines, "{name} {outcome} {}", container.get(name).copied().unwrap_or("untried")).unwrap();
            lines
        });
        std::fs::write(path, lines).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_known_way_out_ends_as_the_table_says() {
    let Some(sandbox) = ready().await else { return };
    let began = std::time::Instant::now();
    let (before, offset) = (Host::now(), clock_offset(began));
    put_in(&sandbox).await;
    let (learner, container) = (as_learner(&sandbox).await, in_container(&sandbox).await);
    let (learner, container) = (told(&learner), told(&container));
    record(&learner, &container);
    let table = table();
    let expected = |side: fn(&Expected) -> &'static str| table.iter().map(|(name, line)| (*name, side(line))).collect();
    let mut found = differences("learner", &learner, &expected(|line| line.learner));
    found += &differences("container", &container, &expected(|line| line.container));
    assert!(found.is_empty(), "\n{found}");
    assert!(learner.len() > 400, "all were tried: {}", learner.len());
    eprintln!("{} cases, each as the learner's root and in a container", learner.len());

    assert_eq!(Host::now(), before, "the host is as it was");
    assert!((clock_offset(began) - offset).abs() < 1_000_000, "its clock as well");
    // And so is the sandbox.
    assert!(sandbox.hello().await.unwrap().unprivileged);
    sh_ok(&sandbox, "docker run --rm busybox true && test ! -e /tmp/intruder-work").await;
}

/// Outcomes that let something through.
fn lets_through(outcomes: &str) -> bool {
    let harmless =
        |word: &str| word.starts_with('E') || ["refused", "zero", "empty", "none", "SIGSYS", "SIGSEGV"].contains(&word);
    !outcomes.split(['|', ',']).all(harmless)
}

#[test]
fn the_table_says_why_what_is_allowed_does_no_harm_and_never_allows_anything_at_all() {
    let table = table();
    for (name, line) in &table {
        for outcomes in [line.learner, line.container] {
            assert!(outcomes.split('|').count() <= 4, "{name}: {outcomes}");
            assert!(outcomes.chars().all(|c| c.is_ascii_graphic() && c != '*'), "{name}: {outcomes}");
            assert!(
                !lets_through(outcomes) || line.why.is_some_and(|why| why.len() > 10),
                "{name}: why is {outcomes} harmless?"
            );
        }
    }
}

#[test]
fn a_difference_in_either_direction_is_told() {
    let expected = BTreeMap::from([("a", "EPERM|ENOSYS"), ("b", "ok")]);
    assert_eq!(differences("x", &BTreeMap::from([("a", "ENOSYS"), ("b", "ok")]), &expected), "");
    for told in [
        BTreeMap::from([("a", "ok"), ("b", "ok")]),
        BTreeMap::from([("a", "EPERM"), ("b", "EPERM")]),
        BTreeMap::from([("a", "EPERM")]),
        BTreeMap::from([("a", "EPERM"), ("b", "ok"), ("c", "EPERM")]),
    ] {
        assert_eq!(differences("x", &told, &expected).lines().count(), 1, "{told:?}");
    }
    assert!(lets_through("ok") && lets_through("EPERM|ok") && lets_through("EPERM,ok") && lets_through("opened:/x"));
    assert!(!lets_through("EPERM|ENOSYS") && !lets_through("EACCES,EROFS") && !lets_through("refused"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_container_with_privileges_beyond_the_table_does_not_start() {
    let Some(sandbox) = ready().await else { return };
    for (more, what) in [
        ("--privileged", "mount"),
        ("--device /dev/kmsg", "no such file"),
        ("--device-cgroup-rule 'a *:* rwm' --device /dev/mem", "no such file"),
        ("-v /proc/1/root:/outside", ""),
    ] {
        let ran = sh(&sandbox, &format!("docker run --rm {more} busybox true")).await;
        assert_ne!(ran.exit_code, 0, "{more}: {ran:?}");
        let said = ran.stderr.to_lowercase();
        assert!(said.contains(what), "{more}: {said}");
    }
    assert!(sandbox.hello().await.unwrap().unprivileged, "it is as it was");
}
