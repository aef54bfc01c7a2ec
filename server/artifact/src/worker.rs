//! The disposable process: a job and an archive in, one JSON document out.
//! Invariant: it gives up its rights before it reads a byte, and says at most 256 KiB.

mod confine;
mod fit;

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    process::ExitCode,
};

use serde_json::{Value, json};

use crate::{Job, read_archive};

/// The longest job.
const MOST_JOB: u64 = 1 << 20;

/// Give up all rights, then answer one job on the standard streams.
#[must_use]
pub fn main() -> ExitCode {
    if confine::confine().is_err() {
        return ExitCode::from(3);
    }
    match run(io::stdin().lock(), io::stdout().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::from(2),
    }
}

/// Read a job from the first line and an archive from the rest; write `{"report": …}` or `{"invalid": "…"}`.
///
/// # Errors
/// When the job cannot be read or the answer not written: faults of ours, of which the archive is innocent.
pub fn run(stdin: impl Read, mut stdout: impl Write) -> io::Result<()> {
    let mut reader = BufReader::with_capacity(256 << 10, stdin);
    let mut line = Vec::new();
    (&mut reader).take(MOST_JOB).read_until(b'\n', &mut line)?;
    let job: Job = serde_json::from_slice(&line)?;
    let report = match read_archive(reader, &job) {
        Ok(report) => fit::fit(report)?,
        Err(invalid) => Err(invalid),
    };
    let answer: Value = match report {
        Ok(report) => json!({ "report": report }),
        Err(invalid) => json!({ "invalid": invalid.to_string() }),
    };
    serde_json::to_writer(&mut stdout, &answer)?;
    stdout.flush()
}
