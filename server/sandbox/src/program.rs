//! Programs that the server runs on the learner's side.

use std::time::Duration;

use protocol::{Answer, Ran, Request, WORK_DIR};

use crate::{Sandbox, SandboxError, handle::unexpected, limits};

/// A program to run and wait for. What it prints can be forged by the learner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// Program and arguments.
    pub argv: Vec<String>,
    /// Environment added to the usual one (`PATH`, `HOME`, `LANG`, …).
    pub env: Vec<(String, String)>,
    /// Folder; the working folder unless told.
    pub cwd: String,
    /// What it reads from stdin, at most 1 MiB.
    pub stdin: Vec<u8>,
    /// User and group id as the learner sees them; 0.
    pub user: u32,
    /// Its process group is ended after this time, 300 s at most; 20 s unless told.
    pub timeout: Duration,
    /// Bytes kept of each of stdout and stderr, the first ones, at most 64 KiB; so many unless told.
    pub output_limit: usize,
}

impl Program {
    /// With the defaults.
    pub fn new<S: Into<String>>(argv: impl IntoIterator<Item = S>) -> Self {
        Self {
            argv: argv.into_iter().map(Into::into).collect(),
            env: Vec::new(),
            cwd: WORK_DIR.to_owned(),
            stdin: Vec::new(),
            user: 0,
            timeout: Duration::from_secs(20),
            output_limit: protocol::MAX_OUTPUT,
        }
    }

    /// `sh -c SCRIPT` with the defaults.
    #[must_use]
    pub fn shell(script: impl Into<String>) -> Self {
        Self::new(["/bin/sh".to_owned(), "-c".to_owned(), script.into()])
    }

    /// End it after this time.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }
}

impl Sandbox {
    /// Run a program and wait for its end.
    ///
    /// # Errors
    /// When it cannot be started, or the sandbox is gone. A program that fails or is ended by its time limit is an
    /// outcome, not an error.
    pub async fn run(&self, program: Program) -> Result<Ran, SandboxError> {
        let Program { argv, env, cwd, stdin, user, timeout, output_limit } = program;
        let request = Request::Run {
            argv,
            env,
            cwd,
            user,
            stdin_size: stdin.len() as u64,
            timeout_ms: u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX),
            output_limit,
        };
        let doing = "run a program";
        let (answer, _) = self.exchange(doing, &request, &[&stdin], timeout + limits::AFTER_PROGRAM).await?;
        match answer {
            Answer::Ran(ran) => Ok(ran),
            other => Err(unexpected(doing, other)),
        }
    }
}
