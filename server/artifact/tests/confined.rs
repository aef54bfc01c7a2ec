//! The worker as a process: it has given up its rights and still answers.
//! Invariant: run without a harness, for the process under test is this program itself.
#![allow(clippy::unwrap_used, dead_code, unreachable_pub, reason = "tests")]

mod archive;

use std::{
    fs,
    io::Write as _,
    process::{Command, ExitCode, Stdio},
    time::Duration,
};

use archive::{Made, file, gzip, image, tar};

fn main() -> ExitCode {
    if std::env::args().nth(1).as_deref() == Some("worker") {
        return artifact::worker::main();
    }
    let mut child = Command::new(std::env::current_exe().unwrap())
        .arg("worker")
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let read = |name: &str| fs::read_to_string(format!("/proc/{}/{name}", child.id())).unwrap();
    let field = |name: &str| {
        let status = read("status");
        status.lines().find_map(|line| line.strip_prefix(name)).map(|value| value.trim().to_owned())
    };
    for _ in 0..100 {
        if field("Seccomp:").as_deref() == Some("2") {
            break;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(field("NoNewPrivs:").as_deref(), Some("1"));
    assert_eq!(field("Seccomp:").as_deref(), Some("2"));
    let limits = read("limits");
    for (name, most) in [("Max address space", "1073741824"), ("Max cpu time", "20"), ("Max open files", "16")] {
        let line = limits.lines().find(|line| line.starts_with(name)).unwrap();
        assert!(line.split_whitespace().any(|word| word == most), "{line}");
    }
    let made = Made { pack: gzip, ..image(&[vec![file("a", vec![b'x'; 20 << 20])]]) };
    let mut stdin = child.stdin.take().unwrap();
    stdin
        .write_all(b"{\"images\":[{\"image\":\"app:1\",\"paths\":[\"/a\"]}],\"needles\":[\"some-canary\"]}\n")
        .unwrap();
    stdin.write_all(&tar(&made.oci())).unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    let said: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(said["report"]["images"][0]["files"]["/a"]["size"], 20 << 20, "{said}");
    assert!(output.status.success());
    println!("a confined worker answers: ok");
    ExitCode::SUCCESS
}
