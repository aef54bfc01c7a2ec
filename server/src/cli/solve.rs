//! An exercise begun and a case's steps done, as a learner would.

use std::time::Duration;

use domain::template::Values;
use library::{Case, Exercise};
use sandbox::{Program, Sandbox, SandboxError};

use crate::lease::furnish::{filled, furnish};

/// A case's steps may take this long.
const SOLVE: Duration = Duration::from_secs(180);
/// Characters kept of what a case's steps said at last.
const LAST_WORDS: usize = 600;

/// Furnish a sandbox for an exercise and do a case's steps in it, if one is named. The inner error says what is wrong with
/// the case.
pub(super) async fn furnish_and_solve(
    sandbox: &Sandbox,
    exercise: &Exercise,
    case: Option<&Case>,
    values: &Values<'_>,
) -> Result<Result<(), String>, SandboxError> {
    furnish(sandbox, exercise, values.canary, values.nonce, &[]).await?;
    match case {
        Some(case) => solve(case, sandbox, values).await,
        None => Ok(Ok(())),
    }
}

/// Lay a case's files into the furnished sandbox and run its `solve.sh`.
async fn solve(case: &Case, sandbox: &Sandbox, values: &Values<'_>) -> Result<Result<(), String>, SandboxError> {
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
