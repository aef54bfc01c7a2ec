//! Programs that the server runs: bounded in time and output.

use std::time::{Duration, Instant};

use sandbox::{Program, SandboxError};

use crate::harness::{sandbox, sh_ok};

#[tokio::test(flavor = "multi_thread")]
async fn a_program_gives_its_exit_code_and_output() {
    let Some(sandbox) = sandbox().await else { return };
    let mut program = Program::shell("cat; pwd; id -u; echo $WORD; echo bad >&2; exit 7");
    program.stdin = b"in\n".to_vec();
    program.env = vec![("WORD".to_owned(), "given".to_owned())];
    program.cwd = "/tmp".to_owned();
    program.user = 1000;
    let ran = sandbox.run(program).await.unwrap();
    assert_eq!(ran.exit_code, 7);
    assert_eq!(ran.stdout, "in\n/tmp\n1000\ngiven\n");
    assert_eq!(ran.stderr, "bad\n");
    assert!(!ran.timed_out && !ran.truncated);
    let absent = sandbox.run(Program::new(["/no/such/program"])).await;
    assert!(matches!(absent, Err(SandboxError::Refused { .. })), "{absent:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_time_limit_ends_the_whole_process_group() {
    let Some(sandbox) = sandbox().await else { return };
    let began = Instant::now();
    let program = Program::shell("sleep 987 & sleep 987 & wait").timeout(Duration::from_secs(1));
    let ran = sandbox.run(program).await.unwrap();
    assert!(ran.timed_out);
    assert!(began.elapsed() < Duration::from_secs(20));
    assert_eq!(sh_ok(&sandbox, "pgrep -fc 'sleep 98[7]' || true").await.trim(), "0");
}

#[tokio::test(flavor = "multi_thread")]
async fn output_beyond_its_limit_is_left_out() {
    let Some(sandbox) = sandbox().await else { return };
    let mut program = Program::shell("head -c 5000000 /dev/zero | tr '\\0' x");
    program.output_limit = 1000;
    let ran = sandbox.run(program).await.unwrap();
    assert_eq!((ran.exit_code, ran.stdout.len(), ran.truncated), (0, 1000, true));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_background_process_does_not_hold_the_answer_up() {
    let Some(sandbox) = sandbox().await else { return };
    let began = Instant::now();
    let ran = sandbox.run(Program::shell("sleep 60 & echo started")).await.unwrap();
    assert_eq!(ran.stdout, "started\n");
    assert!(began.elapsed() < Duration::from_secs(20));
}
