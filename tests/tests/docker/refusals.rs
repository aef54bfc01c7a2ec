//! What is refused is told, whatever was on its way; what cannot be ended is given up.

use std::time::{Duration, Instant};

use sandbox::{FileContent, Program, Refusal, SandboxError};

use crate::harness::{sandbox, sh_ok};

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_comes_also_when_much_was_on_its_way() {
    let Some(sandbox) = sandbox().await else { return };
    let file = |path: &str, mib: usize| FileContent::new(path, vec![7; mib << 20]);
    let too_much = sandbox.put_files(&[file("/root/work/large", 65)]).await;
    assert!(matches!(too_much, Err(SandboxError::Refused { refusal: Refusal::Limit, .. })), "{too_much:?}");
    let folder = sandbox.put_files(&[FileContent::new("/root/work", "x"), file("/root/work/large", 40)]).await;
    assert!(matches!(folder, Err(SandboxError::Refused { refusal: Refusal::System, .. })), "{folder:?}");
    sh_ok(&sandbox, "head -c 100M /dev/zero > /root/fill").await;
    let full = sandbox.put_files(&[file("/root/work/large", 60)]).await;
    assert!(matches!(full, Err(SandboxError::Refused { refusal: Refusal::Limit, .. })), "{full:?}");
    assert!(sandbox.stat("/root/work/large").await.is_err(), "and nothing of it is left");
    let mut program = Program::new(["true"]);
    program.stdin = vec![7; 20 << 20];
    let stdin = sandbox.run(program).await;
    assert!(matches!(stdin, Err(SandboxError::Refused { refusal: Refusal::Limit, .. })), "{stdin:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn paths_of_any_length_leave_the_list_of_files_readable() {
    let Some(sandbox) = sandbox().await else { return };
    let script = "name=$(printf 'd%.0s' $(seq 250)); cd /root/work
for n in 1 2 3 4 5 6 7 8; do mkdir $name && cd $name; done; for n in $(seq 1500); do : > $n; done";
    sh_ok(&sandbox, script).await;
    let (files, truncated) = sandbox.tree("/root/work", 2000).await.unwrap();
    assert!(truncated, "there is more than fits");
    assert!(files.len() > 300, "and as much as fits: {}", files.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_leaves_its_group_is_ended_too() {
    let Some(sandbox) = sandbox().await else { return };
    let script = "my $child = fork; if (!$child) { setpgrp(0, 0); sleep 90 } sleep 1; setpgrp(0, $child); sleep 90";
    let began = Instant::now();
    let program = Program::new(["perl", "-e", script]).timeout(Duration::from_secs(2));
    let ran = sandbox.run(program).await.unwrap();
    assert!(ran.timed_out && ran.exit_code == 137, "{ran:?}");
    assert!(began.elapsed() < Duration::from_secs(6), "{:?}", began.elapsed());
}
