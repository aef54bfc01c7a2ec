//! One press of Check on the flagship, solved, against `docker save | sha256sum` of the same images in the same sandbox.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tests::{Learner, Server, Terminal};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpStream,
};

use crate::report::{Report, median};

const ROUNDS: usize = 3;
const EXERCISE: &str = "flatten-secret-image";

pub(crate) async fn measure(server: &Server, report: &mut Report) {
    let mut learner = server.learner();
    let lease = learner.start(server, Some(EXERCISE)).await;
    let solution = learner.post(&format!("/api/exercises/{EXERCISE}/solution"), &json!({})).await.json();
    let script = solution["files"][0]["text"].as_str().unwrap().to_owned();
    let file = format!("/api/leases/{lease}/files/solve.sh");
    assert_eq!(learner.put(&file, script.as_bytes()).await.status, 204);
    let mut terminal = Terminal::attach(&learner, &lease, 0).await;
    terminal.type_line("sh solve.sh && rm solve.sh && echo so\"\"lved").await;
    terminal.until("\nsolved").await;

    let (mut grades, mut archives, mut plains) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let began = Instant::now();
        terminal.type_line(&format!("docker save app:flat | sha256sum; echo sum-{round}-do\"\"ne")).await;
        terminal.until(&format!("sum-{round}-done")).await;
        plains.push(began.elapsed());

        let began = Instant::now();
        let attempt = learner.post(&format!("/api/leases/{lease}/attempts"), &json!({})).await.json();
        let (parts, passed) = follow(&learner, attempt["id"].as_str().unwrap(), began).await;
        grades.push(began.elapsed());
        assert!(passed, "the solution passes");
        archives.push(parts);
    }
    let base = median(&plains);
    for (name, of, what) in [
        ("grade_archives", &archives, "to the last check that reads the images' archives"),
        ("grade_all", &grades, "to the verdict, with the image loaded and run in a fresh sandbox"),
    ] {
        let value = median(of);
        let detail = format!(
            "{value:.0} ms {what}, against {base:.0} ms of docker save app:flat | sha256sum; medians of {ROUNDS}"
        );
        report.note(name, value / base, "ratio", None, &detail);
    }
}

/// Follow an attempt's events: how long until the last check of an archive, and whether all passed.
async fn follow(learner: &Learner, attempt: &str, began: Instant) -> (Duration, bool) {
    let mut stream = TcpStream::connect(("127.0.0.1", learner.port)).await.unwrap();
    let cookie = learner.cookie.as_deref().unwrap();
    let host = format!("localhost:{}", learner.port);
    let ask = format!("GET /api/attempts/{attempt}/events HTTP/1.0\r\nhost: {host}\r\ncookie: {cookie}\r\n\r\n");
    stream.write_all(ask.as_bytes()).await.unwrap();
    let mut lines = BufReader::new(stream).lines();
    let (mut archives, mut event) = (Duration::ZERO, String::new());
    while let Some(line) = lines.next_line().await.unwrap() {
        assert!(began.elapsed() < Duration::from_secs(120), "no verdict");
        if let Some(name) = line.strip_prefix("event: ") {
            name.clone_into(&mut event);
        } else if let Some(data) = line.strip_prefix("data: ") {
            let data: Value = serde_json::from_str(data).unwrap();
            match event.as_str() {
                "check" if data["kind"] == "artifact" => archives = began.elapsed(),
                "verdict" => {
                    let passed = data["results"].as_array().unwrap().iter().all(|one| one["outcome"] == "passed");
                    return (archives, passed);
                }
                _ => {}
            }
        }
    }
    panic!("the events ended without a verdict");
}
