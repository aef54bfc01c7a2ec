//! A database that is locked, whose disk is full, or whose writer dies in a commit: reading goes on, writing says when to
//! try again, and what is on the disk is whole.

use std::{
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::json;
use sqlx::{Connection as _, SqliteConnection, sqlite::SqliteConnectOptions};
use tests::{Learner, Server, Terminal};

use crate::agreement::{agrees, nothing_left};

const EXERCISE: &str = "flatten-secret-image";
const LOCKED: Duration = Duration::from_secs(30);

async fn connect(server: &Server) -> SqliteConnection {
    SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(server.database())).await.unwrap()
}

/// What SQLite's own check finds.
async fn integrity(server: &Server) -> String {
    let mut connection = connect(server).await;
    let found: String = sqlx::query_scalar("PRAGMA integrity_check").fetch_one(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    found
}

/// All that only reads is answered.
async fn reads(learner: &mut Learner, lease: &str) {
    for path in ["/", "/exercises", "/progress", "/api/search?q=volume", &format!("/api/leases/{lease}")] {
        let answer = learner.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    }
}

/// Whoever wants something written is told when to try again.
async fn refuses_writes(learner: &mut Learner) {
    let answer = learner.post("/api/leases", &json!({"exercise": EXERCISE})).await;
    assert_eq!((answer.error(), answer.header("retry-after")), ((503, "busy".to_owned()), "5"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_another_process_locks_is_read_and_written_later() {
    let server = Server::start().await;
    let (mut ann, mut ben) = (server.learner(), server.learner());
    let lease = ann.start(None).await;
    let mut terminal = Terminal::attach(&ann, &lease, 0).await;
    let mut other = connect(&server).await;
    sqlx::query("BEGIN EXCLUSIVE").execute(&mut other).await.unwrap();
    let locked = Instant::now();
    let mut refused = 0;
    while locked.elapsed() < LOCKED {
        reads(&mut ann, &lease).await;
        assert_eq!(terminal.ask("echo on").await, "on");
        refuses_writes(&mut ben).await;
        refused += 1;
    }
    assert!(refused > 1, "{refused}");
    sqlx::query("ROLLBACK").execute(&mut other).await.unwrap();
    other.close().await.unwrap();
    let late = ben.start(Some(EXERCISE)).await;
    agrees(&server, |leases| leases.iter().any(|row| row["id"] == late.as_str()) && leases.len() == 2).await;
    assert_eq!(integrity(&server).await, "ok");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_keeps_nobody_from_reading_and_nothing_half_written() {
    let Some(server) = Server::on_disk(4).await else {
        assert!(std::env::var_os("CI").is_none(), "only root may mount the small disk that this test fills");
        println!("skipped: only root may mount the small disk that this test fills");
        return;
    };
    let (mut ann, mut ben) = (server.learner(), server.learner());
    let lease = ann.start(Some(EXERCISE)).await;
    let filler = server.database().with_file_name("filler");
    // Down to the last byte, so that not even a page fits.
    let mut file = std::fs::File::create(&filler).unwrap();
    while std::io::Write::write_all(&mut file, &[0; 512]).is_ok() {}
    drop(file);
    for _ in 0..3 {
        reads(&mut ann, &lease).await;
        refuses_writes(&mut ben).await;
    }
    // Work that cannot be saved stays where it is.
    assert_eq!(ann.put(&format!("/api/leases/{lease}/files/mine.txt"), b"mine").await.status, 204);
    // A small write may still fit into what the log has of the disk already; then it is begun, and nothing else happens.
    let answer = ann.post(&format!("/api/leases/{lease}/attempts"), &json!({})).await;
    if answer.status != 202 {
        assert_eq!(answer.error(), (503, "busy".to_owned()));
    }
    assert_eq!(&ann.get(&format!("/api/leases/{lease}/files/mine.txt")).await.body[..], b"mine");
    std::fs::remove_file(&filler).unwrap();
    let late = ben.start(Some(EXERCISE)).await;
    for (learner, lease) in [(&mut ann, &lease), (&mut ben, &late)] {
        assert_eq!(learner.delete(&format!("/api/leases/{lease}")).await.status, 204);
    }
    nothing_left(&server).await;
    let again = ann.start(Some(EXERCISE)).await;
    assert_eq!(&ann.get(&format!("/api/leases/{again}/files/mine.txt")).await.body[..], b"mine");
    assert_eq!(integrity(&server).await, "ok");
}

/// Kill a process at its `nth` write to a file from now on, in the middle of whatever that belongs to.
fn kill_at_write(pid: u32, nth: u32) -> Child {
    let inject = format!("inject=pwrite64:signal=SIGKILL:when={nth}");
    let mut child = Command::new("strace")
        .args(["-f", "-q", "-o", "/dev/null", "-e", "trace=pwrite64", "-e", &inject, "-p", &pid.to_string()])
        .stderr(Stdio::null())
        .spawn()
        .expect("strace: `setup/packages.sh strace`");
    let began = Instant::now();
    let traced = || {
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        status.lines().any(|line| line.strip_prefix("TracerPid:").is_some_and(|tracer| tracer.trim() != "0"))
    };
    while !traced() {
        assert!(child.try_wait().unwrap().is_none(), "the server cannot be traced");
        assert!(began.elapsed() < Duration::from_secs(20));
        std::thread::sleep(Duration::from_millis(10));
    }
    child
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_killed_in_a_commit_leaves_a_whole_database() {
    let mut server = Server::start().await;
    let mut cases = 0;
    for nth in [1, 2, 3, 4, 6, 8, 11, 15, 20, 30] {
        let mut ann = server.learner();
        let mut tracer = kill_at_write(server.pid(), nth);
        // Writes, one after the other, until it dies.
        let began = Instant::now();
        let body = json!({"exercise": EXERCISE});
        while !server.ended(Duration::from_millis(50)).await {
            if let Some(answer) = ann.try_post("/api/leases", &body).await
                && let Some(lease) = answer.json()["id"].as_str()
            {
                ann.cookie = answer.cookie().or(ann.cookie);
                let _heard = ann.try_delete(&format!("/api/leases/{lease}")).await;
            }
            assert!(began.elapsed() < Duration::from_secs(60), "write {nth} never came: {}", server.said());
        }
        cases += 1;
        tracer.wait().unwrap();
        server.again().await;
        assert_eq!(integrity(&server).await, "ok", "write {nth}");
        let lease = ann.start(Some(EXERCISE)).await;
        let left = agrees(&server, |leases| leases.iter().any(|row| row["id"] == lease.as_str())).await;
        assert_eq!(left.len(), 1, "write {nth}: {left:?}");
        assert_eq!(ann.delete(&format!("/api/leases/{lease}")).await.status, 204);
        nothing_left(&server).await;
    }
    assert_eq!(cases, 10);
}
