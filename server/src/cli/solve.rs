//! A case's steps, as a learner would do them.

use std::time::Duration;

use domain::template::Values;
use library::Case;
use sandbox::{Program, Sandbox, SandboxError};

use crate::lease::furnish::filled;

/// A case's steps may take this long.
const SOLVE: Duration = Duration::from_secs(180);
/// Characters kept of what a case's steps said at last.
const LAST_WORDS: usize = 600;

/// Lay a case's files into the furnished sandbox and run its `solve.sh`. The inner error says what is wrong with the case.
pub(super) async fn solve(
    case: &Case,
    sandbox: &Sandbox,
    values: &Values<'_>,
) -> Result<Result<(), String>, SandboxError> {
    sandbox.put_files(&filled(&case.files, values)).await?;
    let Some(solve) = &case.solve else { return Ok(Ok(())) };
    let ran = sandbox.run(Program::shell(values.fill(solve)).timeout(SOLVE)).await?;
    if ran.timed_out {
        return Ok(Err(format!("solve.sh took more than {} s", SOLVE.as_secs())));
    }
    if ran.exit_code != 0 {
        let said = format!("{}{}", ran.stdout, ran.stderr);
        let from = said.char_indices().rev().nth(LAST_WORDS).map_or(0, |(at, _)| at);
        return Ok(Err(format!("solve.sh ended with {}: {}", ran.exit_code, said[from..].trim())));
    }
    Ok(Ok(()))
}
