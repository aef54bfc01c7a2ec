//! Reading and searching: times against the smallest answer of the same server, bytes as a browser gets them.

use std::time::{Duration, Instant};

use hyper::Method;
use tests::{Learner, Server};

use crate::report::{Report, median, percentile};

const ROUNDS: usize = 200;
const PAGE: &str = "/chapters/flattening-images";
/// What people look for.
const QUERIES: [&str; 20] = [
    "flatten image",
    "remove secret from image",
    "dockerignore",
    "entrypoint vs cmd",
    "run as non root",
    "healthcheck",
    "build cache",
    "cache mount",
    "multi stage build",
    "copy --chown",
    "add url checksum",
    "onbuild",
    "volume in dockerfile",
    "arg env",
    "zombie processes",
    "sigterm",
    "pin by digest",
    "setuid",
    "docker history",
    "permission denied",
];

async fn time(learner: &mut Learner, path: &str) -> Duration {
    let began = Instant::now();
    let answer = learner.ask(Method::GET, path, &[("accept-encoding", "br")], b"").await;
    assert_eq!(answer.status, 200, "{path}");
    began.elapsed()
}

#[expect(clippy::cast_precision_loss, reason = "sizes of pages")]
pub(crate) async fn measure(server: &Server, report: &mut Report) {
    let mut learner = server.learner();
    let (mut smallest, mut pages, mut searches) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        smallest.push(time(&mut learner, "/healthz").await);
        pages.push(time(&mut learner, PAGE).await);
        let query = QUERIES[round % QUERIES.len()].replace(' ', "%20");
        searches.push(time(&mut learner, &format!("/api/search?q={query}")).await);
    }
    let base = median(&smallest);
    for (name, of) in [("chapter_latency", &pages), ("search_latency", &searches)] {
        let (middle, late) = (median(of), percentile(of, 95));
        let detail =
            format!("median {middle:.1} ms, p95 {late:.1} ms, against {base:.1} ms of /healthz; {ROUNDS} in turn");
        report.note(name, middle / base, "ratio", None, &detail);
    }
    let page = learner.ask(Method::GET, PAGE, &[("accept-encoding", "br")], b"").await;
    report.note("chapter_bytes", page.body.len() as f64 / 1000.0, "kB", Some(50.0), "HTML of the chapter, compressed");
    let html = learner.get(PAGE).await.text();
    let mut assets: Vec<&str> =
        html.split('"').filter(|it| it.starts_with("/assets/") && !it.ends_with(".wasm")).collect();
    assets.sort_unstable();
    assets.dedup();
    let mut bytes = page.body.len();
    for asset in &assets {
        bytes += learner.ask(Method::GET, asset, &[("accept-encoding", "br")], b"").await.body.len();
    }
    let detail = format!("the chapter and the {} files that its page names, compressed; no WebAssembly", assets.len());
    report.note("chapter_first_visit_bytes", bytes as f64 / 1000.0, "kB", None, &detail);
}
