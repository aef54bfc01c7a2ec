//! Thousands of changed archives through the real worker: a process with its limits for each. It tells facts or says why
//! the archive is not valid; it never panics, never takes more than is stated, and no secret passes.
//!
//! `DRYDOCK_FUZZ_CASES` says how many cases, `DRYDOCK_FUZZ_RUN` which run; a case is the same in each run of that number.
//! `DRYDOCK_FUZZ_CORPUS=write` writes the archives that the builder makes to the corpus.
//! Invariant: run without a harness, for the process under test is this program itself.
#![allow(clippy::unwrap_used, clippy::panic, dead_code, unreachable_pub, reason = "tests")]

mod archive;
mod mutation;

use std::{
    fs,
    io::{Read as _, Write as _},
    path::PathBuf,
    process::{Child, Command, ExitCode, Stdio},
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use mutation::{
    change::change,
    draw::Draw,
    oracle,
    seeds::{self, NEEDLE},
};
use serde_json::{Value, json};

/// Cases unless told otherwise.
const CASES: u64 = 2_000;
/// What a worker may say, and use: bytes, KiB, seconds.
const MOST_ANSWER: usize = 256 << 10;
const MOST_MEMORY: i64 = 1 << 20;
const MOST_PROCESSOR: i64 = 20;

fn main() -> ExitCode {
    if std::env::args().nth(1).as_deref() == Some("worker") {
        return artifact::worker::main();
    }
    let setting = |name: &str, usual| std::env::var(name).map_or(usual, |text| text.parse().unwrap());
    let (cases, run) = (setting("DRYDOCK_FUZZ_CASES", CASES), setting("DRYDOCK_FUZZ_RUN", 1));
    if std::env::var("DRYDOCK_FUZZ_CORPUS").as_deref() == Ok("write") {
        for (name, bytes) in seeds::made() {
            fs::write(seeds::folder().join(name), bytes).unwrap();
        }
    }
    let corpus = seeds::corpus();
    for (name, _) in seeds::made() {
        assert!(corpus.iter().any(|(known, _)| *known == name), "{name} is not in the corpus");
    }
    let of_engines = corpus.iter().filter(|(name, _)| name.starts_with("valid-engine-")).count();
    assert!(of_engines >= 2, "archives as real engines write them, in both layouts: {of_engines}");
    unchanged_ones_are_what_their_names_say(&corpus);
    the_oracle_sees_what_passes(&corpus);
    bombs_are_refused();
    let tally = fuzz(&corpus, cases, run);
    println!(
        "{cases} cases of run {run}: {} with facts, {} with a secret found, {} refused: ok",
        tally[0], tally[1], tally[2]
    );
    // The changes reach behind the first check, and some do no harm.
    assert!(cases < 500 || (tally[0] > cases / 50 && tally[2] > cases / 4), "{tally:?}");
    ExitCode::SUCCESS
}

fn unchanged_ones_are_what_their_names_say(corpus: &[(String, Vec<u8>)]) {
    for (name, bytes) in corpus {
        let said = answer(bytes).unwrap_or_else(|fault| panic!("{name}: {fault}"));
        assert_eq!(said.get("report").is_some(), name.starts_with("valid-"), "{name}: {said}");
        assert_eq!(oracle::complaint(bytes, &said), None, "{name}");
        if name.starts_with("valid-") {
            assert!(!said["report"]["secrets"]["found"].as_array().unwrap().is_empty(), "{name}: {said}");
        }
    }
    assert!(corpus.len() >= 30, "{}", corpus.len());
}

/// An answer that hides what was found, or tells of what is not there, is complained of.
fn the_oracle_sees_what_passes(corpus: &[(String, Vec<u8>)]) {
    for (name, bytes) in corpus.iter().filter(|(name, _)| name.starts_with("valid-")) {
        let honest = answer(bytes).unwrap();
        let mut blind = honest.clone();
        blind["report"]["secrets"]["found"] = json!([]);
        assert!(oracle::complaint(bytes, &blind).is_some(), "{name}: a secret passes the oracle");
        let mut forged = honest;
        forged["report"]["images"][0]["id"] = json!(format!("sha256:{}", "0".repeat(64)));
        forged["report"]["images"][0]["present"] = json!(true);
        assert!(oracle::complaint(bytes, &forged).is_some(), "{name}: a forged id passes the oracle");
    }
}

/// Small as they come, large as they unpack.
fn bombs_are_refused() {
    let zeroes = vec![archive::file("zeroes", vec![0; 96 << 20])];
    for pack in [archive::gzip as fn(&[u8]) -> Vec<u8>, archive::zstd] {
        let made = archive::Made { pack, ..archive::image(std::slice::from_ref(&zeroes)) };
        let said = answer(&archive::tar(&made.oci())).unwrap();
        assert!(said["invalid"].as_str().is_some_and(|reason| reason.contains("times its size")), "{said}");
    }
}

/// Counts of answers with facts, of those that tell of a secret, and of refusals.
fn fuzz(corpus: &[(String, Vec<u8>)], cases: u64, run: u64) -> [u64; 3] {
    let (next, tally, faults) = (AtomicU64::new(0), Mutex::new([0; 3]), Mutex::new(Vec::new()));
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let case = next.fetch_add(1, Ordering::Relaxed);
                    if case >= cases {
                        return;
                    }
                    let bytes = changed(corpus, run, case);
                    let outcome = answer(&bytes).and_then(|said| match oracle::complaint(&bytes, &said) {
                        None => Ok(said),
                        Some(complaint) => {
                            Err(format!("{complaint}: {}", said.to_string().chars().take(2000).collect::<String>()))
                        }
                    });
                    match outcome {
                        Ok(said) => {
                            let mut tally = tally.lock().unwrap();
                            let found =
                                said["report"]["secrets"]["found"].as_array().is_some_and(|found| !found.is_empty());
                            tally[0] += u64::from(said.get("report").is_some());
                            tally[1] += u64::from(found);
                            tally[2] += u64::from(said.get("invalid").is_some());
                        }
                        Err(fault) => {
                            faults.lock().unwrap().push(format!("{}: {fault}", kept(run, case, &bytes).display()))
                        }
                    }
                }
            });
        }
    });
    let faults = faults.into_inner().unwrap();
    assert!(faults.is_empty(), "{} of {cases} cases failed:\n{}", faults.len(), faults.join("\n"));
    tally.into_inner().unwrap()
}

/// The archive of a case.
fn changed(corpus: &[(String, Vec<u8>)], run: u64, case: u64) -> Vec<u8> {
    let mut draw = Draw::of(run, case);
    if draw.one_in(2) {
        return seeds::rebuilt(&mut draw);
    }
    let mut bytes = draw.pick(corpus).1.clone();
    let other = &draw.pick(corpus).1;
    change(&mut draw, &mut bytes, other);
    bytes
}

/// Kept for whoever looks into it.
fn kept(run: u64, case: u64, bytes: &[u8]) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("fuzz-{run}-{case}.tar"));
    fs::write(&path, bytes).unwrap();
    path
}

/// What a worker says of an archive; a sentence when it does not do what it must.
#[expect(clippy::zombie_processes, reason = "`used` waits for it, by number, to be told what it used")]
fn answer(bytes: &[u8]) -> Result<Value, String> {
    let mut worker = Command::new(std::env::current_exe().unwrap())
        .arg("worker")
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let job = json!({
        "images": [{"image": "app:1", "paths": ["/etc/secret", "/lib/so", "/a"]}],
        "needles": [NEEDLE],
        "difference": ["app:1", "app:2"],
    });
    let mut stdin = worker.stdin.take().unwrap();
    let said = std::thread::scope(|scope| {
        scope.spawn(move || {
            // A worker that has judged an archive invalid reads no further.
            let _heard = stdin.write_all(format!("{job}\n").as_bytes()).and_then(|()| stdin.write_all(bytes));
        });
        let mut said = Vec::new();
        worker.stdout.take().unwrap().take(MOST_ANSWER as u64 + 1).read_to_end(&mut said).unwrap();
        said
    });
    let mut complaint = String::new();
    worker.stderr.take().unwrap().read_to_string(&mut complaint).unwrap();
    let (status, memory, processor) = used(&worker);
    if status != 0 {
        return Err(format!("the worker ended with status {status}: {complaint}"));
    }
    if said.len() > MOST_ANSWER || memory > MOST_MEMORY || processor > MOST_PROCESSOR {
        return Err(format!("it took too much: {} bytes, {memory} KiB, {processor} s", said.len()));
    }
    serde_json::from_slice(&said).map_err(|error| format!("it talks nonsense: {error}"))
}

/// Wait for a worker: its status as the kernel tells it, the most memory that it had (KiB), and its processor time (s).
fn used(worker: &Child) -> (i32, i64, i64) {
    let mut status = 0;
    // SAFETY: an all-zero rusage is valid; it and the status outlive the call. The child was not waited for.
    let usage = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        assert!(libc::wait4(worker.id().try_into().unwrap(), &raw mut status, 0, &raw mut usage) > 0);
        usage
    };
    (status, usage.ru_maxrss, usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
}
