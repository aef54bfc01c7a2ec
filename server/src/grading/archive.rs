//! Archives: streamed from a sandbox into a disposable process of this same program, which reads them and tells facts.
//! Invariant: a worker that dies, hangs or talks nonsense is a fault of ours, never a pass.

use std::{process::Stdio, time::Duration};

use bytes::Bytes;
use futures::{Stream, TryStreamExt as _};
use sandbox::{EngineRequest, Limits, Sandbox, SandboxError};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    process::Command,
};

use super::probes::escape;

/// The most that an archive may weigh.
const MOST_BYTES: u64 = 1024 * 1024 * 1024;
/// Time to stream and judge one.
const PATIENCE: Duration = Duration::from_secs(60);
/// This very program, also when another was put in its place meanwhile.
const OWN_PROGRAM: &str = "/proc/self/exe";
/// The most that a worker may say.
const MOST_ANSWER: u64 = 256 * 1024;

/// What came of an archive.
pub(super) enum Judged {
    /// Facts, and the SHA-256 of the archive.
    Report {
        /// As `artifact::Report`.
        report: Value,
        /// Of the whole stream.
        digest: [u8; 32],
    },
    /// The engine has no such image.
    Absent,
    /// It is no valid archive; a plain sentence.
    Invalid(String),
    /// A fault of ours; a plain sentence.
    CouldNot(String),
}

/// Take images out of a sandbox and judge them by a job (`artifact::Job` as JSON).
pub(super) async fn judge(sandbox: &Sandbox, images: &[String], job: &Value) -> Result<Judged, SandboxError> {
    let names: Vec<String> = images.iter().map(|name| format!("names={}", escape(name))).collect();
    let request = EngineRequest::get(format!("/images/get?{}", names.join("&")));
    let archive = sandbox.engine_stream(request, Limits { bytes: MOST_BYTES, time: PATIENCE }).await?;
    match archive.status {
        http::StatusCode::OK => {}
        http::StatusCode::NOT_FOUND => return Ok(Judged::Absent),
        status => return Ok(Judged::CouldNot(format!("the sandbox's engine gave no archive, but status {status}"))),
    }
    let worker = Worker { program: OWN_PROGRAM, arguments: &["grade-worker"] };
    judged(tokio::time::timeout(PATIENCE, feed(&worker, archive, job)).await)
}

fn judged(fed: Result<Result<Judged, Fed>, tokio::time::error::Elapsed>) -> Result<Judged, SandboxError> {
    match fed {
        Ok(Ok(judged)) => Ok(judged),
        Ok(Err(Fed::Sandbox(SandboxError::TooLong { .. }))) => {
            Ok(Judged::Invalid("it is larger than 1 GiB".to_owned()))
        }
        Ok(Err(Fed::Sandbox(error))) => Err(error),
        Ok(Err(Fed::Worker(error))) => {
            tracing::error!(%error, "an archive could not be judged");
            Ok(Judged::CouldNot("the archive could not be judged".to_owned()))
        }
        Err(_) => Ok(Judged::CouldNot("the archive took too long to judge".to_owned())),
    }
}

enum Fed {
    Sandbox(SandboxError),
    Worker(String),
}

/// What reads archives.
struct Worker<'a> {
    program: &'a str,
    arguments: &'a [&'a str],
}

async fn feed(
    reader: &Worker<'_>,
    mut archive: impl Stream<Item = Result<Bytes, SandboxError>> + Unpin,
    job: &Value,
) -> Result<Judged, Fed> {
    let worker = |error: std::io::Error| Fed::Worker(error.to_string());
    let mut child = Command::new(reader.program)
        .args(reader.arguments)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(worker)?;
    let (Some(mut to), Some(from)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(Fed::Worker("the worker has no streams".to_owned()));
    };
    let answer = tokio::spawn(async move {
        let mut answer = Vec::new();
        from.take(MOST_ANSWER + 1).read_to_end(&mut answer).await.map(|_| answer)
    });
    let mut digest = Sha256::new();
    // What it says in the end decides, also when it listens no further.
    let listens = to.write_all(format!("{job}\n").as_bytes()).await.is_ok();
    while listens && let Some(chunk) = archive.try_next().await.map_err(Fed::Sandbox)? {
        digest.update(&chunk);
        // A worker that has judged an archive invalid reads no further.
        if to.write_all(&chunk).await.is_err() {
            break;
        }
    }
    drop(to);
    let answer = answer.await.map_err(|error| Fed::Worker(error.to_string()))?.map_err(worker)?;
    let status = child.wait().await.map_err(worker)?;
    if answer.len() as u64 > MOST_ANSWER {
        return Err(Fed::Worker("the worker said too much".to_owned()));
    }
    let mut said: Value = serde_json::from_slice(&answer)
        .map_err(|error| Fed::Worker(format!("the worker ({status}) said what cannot be read: {error}")))?;
    if let Some(reason) = said["invalid"].as_str() {
        return Ok(Judged::Invalid(reason.to_owned()));
    }
    if !status.success() || !said["report"].is_object() {
        return Err(Fed::Worker(format!("the worker ended with {status}")));
    }
    Ok(Judged::Report { report: said["report"].take(), digest: digest.finalize().into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn told_by(script: &str, archive: Vec<Result<Bytes, SandboxError>>) -> Result<Judged, SandboxError> {
        let worker = Worker { program: "/bin/sh", arguments: &["-c", script] };
        let archive = futures::stream::iter(archive);
        judged(Ok(feed(&worker, archive, &serde_json::json!({})).await))
    }

    fn much() -> Vec<Result<Bytes, SandboxError>> {
        (0..64).map(|_| Ok(Bytes::from(vec![0; 64 * 1024]))).collect()
    }

    #[tokio::test]
    async fn a_worker_that_dies_or_talks_nonsense_is_a_fault_of_ours() {
        for script in [
            "kill -KILL $$",
            "head -c 100000 > /dev/null; kill -KILL $$",
            "cat > /dev/null; kill -SEGV $$",
            "cat > /dev/null",
            "cat > /dev/null; echo nonsense",
            "cat > /dev/null; echo '{}'",
            "cat > /dev/null; echo '{\"report\": 1}'",
            "cat > /dev/null; echo '{\"report\": {}}'; exit 3",
            "head -c 300000 /dev/zero; cat > /dev/null",
        ] {
            let judged = told_by(script, much()).await;
            assert!(matches!(judged, Ok(Judged::CouldNot(_))), "{script}");
        }
        let absent = Worker { program: "/nowhere", arguments: &[] };
        let fed = feed(&absent, futures::stream::iter(much()), &Value::Null).await;
        assert!(matches!(judged(Ok(fed)), Ok(Judged::CouldNot(_))));
    }

    #[tokio::test]
    async fn an_archive_that_breaks_off_on_its_way_is_a_fault_of_ours() {
        let mut archive = much();
        archive.push(Err(SandboxError::Slow { doing: "answer" }));
        assert!(matches!(
            told_by("cat > /dev/null; echo '{\"report\": {}}'", archive).await,
            Err(SandboxError::Slow { .. })
        ));
    }

    #[tokio::test]
    async fn what_a_worker_tells_is_believed_whole() {
        let said = told_by("cat > /dev/null; echo '{\"report\": {\"images\": []}}'", much()).await;
        assert!(matches!(said, Ok(Judged::Report { report, .. }) if report["images"].is_array()));
        // It need not read to the end to know that an archive is invalid.
        let said = told_by("echo '{\"invalid\": \"two manifests\"}'", much()).await;
        assert!(matches!(said, Ok(Judged::Invalid(reason)) if reason == "two manifests"));
        let archive = vec![Err(SandboxError::TooLong { doing: "answer", limit: 1 })];
        assert!(matches!(told_by("cat > /dev/null", archive).await, Ok(Judged::Invalid(_))));
    }

    #[test]
    fn the_worker_is_this_program() {
        assert_eq!(std::fs::read_link(OWN_PROGRAM).ok(), std::env::current_exe().ok());
    }
}
