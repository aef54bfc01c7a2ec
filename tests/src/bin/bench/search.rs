//! Searching over HTTP, with what people look for, against a static file of the same server.

use std::{fmt::Write as _, time::Instant};

use ::tests::Server;

use crate::{
    pages::{get, static_file},
    report::{Base, Report},
    stats::Sample,
};

const ROUNDS: usize = 5;
/// Questions, half-remembered commands, typing errors, messages that were pasted.
const QUERIES: [&str; 40] = [
    "flatten image",
    "flaten image",
    "remove secret from image",
    "squash layers",
    "docker export import",
    "docker save vs export",
    "dockerignore",
    "build context too large",
    "entrypoint vs cmd",
    "exec form",
    "shell form signals",
    "run as non root",
    "USER numeric uid",
    "healthcheck",
    "HEALTHCHECK interval start-period",
    "build cache",
    "cache mount",
    "RUN --mount=type=cache",
    "RUN --mount=type=secret",
    "build secret",
    "multi stage build",
    "COPY --from",
    "copy --chown",
    "COPY vs ADD",
    "add url checksum",
    "onbuild",
    "volume in dockerfile",
    "arg env",
    "build-arg default",
    "zombie processes pid 1",
    "sigterm not received",
    "pin by digest",
    "setuid",
    "docker history",
    "image size smaller",
    "apt-get install no-install-recommends",
    "permission denied",
    "exec: \"app\": executable file not found in $PATH",
    "failed to solve: failed to compute cache key",
    "no space left on device",
];

pub(crate) async fn measure(server: &Server, report: &mut Report) {
    let mut learner = server.learner();
    let file = static_file(&mut learner).await;
    let (mut files, mut searches) = (Sample::default(), Sample::default());
    let mut without = Vec::new();
    // The first round warms both sides and is not counted.
    for round in 0..=ROUNDS {
        for query in QUERIES {
            let began = Instant::now();
            get(&mut learner, &file).await;
            let plain = began.elapsed();
            let path = format!("/api/search?limit=12&q={}", encoded(query));
            let began = Instant::now();
            let answer = get(&mut learner, &path).await;
            let search = began.elapsed();
            if round > 0 {
                files.add_time(plain);
                searches.add_time(search);
            } else if learner.get(&path).await.json()["hits"].as_array().expect("an array of hits").is_empty() {
                without.push(query);
            }
            drop(answer);
        }
    }
    assert!(without.len() * 4 < QUERIES.len(), "too many of the queries find nothing: {without:?}");
    let base = Base { what: "a static file", times: &files };
    report.note_ratio("search_latency", &searches, &base, 50, None);
    report.note_ratio("search_latency_p95", &searches, &base, 95, None);
}

/// As the value of a parameter.
pub(crate) fn encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() {
            out.push(char::from(byte));
        } else {
            let _never_fails = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_query_gets_across_whole() {
        assert_eq!(encoded("a b&c=\"é\""), "a%20b%26c%3D%22%C3%A9%22");
        assert!(QUERIES.iter().all(|query| !query.trim().is_empty()));
    }
}
