//! Furnishing a sandbox for an exercise: starter files or saved work, and the exercise's own set-up.
//! Pure but for the sandbox: the same steps serve learners, `exercise test` and rerun checks.

use std::time::Duration;

use domain::{exercise::Need, template::Values};
use library::{ContentFile, Exercise};
use sandbox::{FileContent, Program, Sandbox, SandboxError, WORK_DIR};

use crate::store::work::WorkFile;

/// The set-up of an exercise may build an image.
const SETUP: Duration = Duration::from_secs(120);

/// Lay starter files (or the work that was saved) into the working folder and run the set-up.
///
/// # Errors
/// When the sandbox fails, or the exercise's set-up does.
pub async fn furnish(
    sandbox: &Sandbox,
    exercise: &Exercise,
    canary: &str,
    nonce: &str,
    saved: &[WorkFile],
) -> Result<(), SandboxError> {
    let values = Values { canary, nonce, fresh: None };
    if exercise.file.needs.contains(&Need::TwoHosts) {
        sandbox.add_host().await?;
    }
    if saved.is_empty() {
        sandbox.put_files(&filled(&exercise.start, &values)).await?;
    } else {
        let files: Vec<FileContent> = saved
            .iter()
            .map(|file| FileContent {
                path: format!("{WORK_DIR}/{}", file.path),
                mode: file.mode,
                bytes: file.content.clone().into(),
                modified: None,
            })
            .collect();
        sandbox.put_files(&files).await?;
    }
    if let Some(setup) = &exercise.setup {
        sandbox.wait_for_engine(Duration::from_secs(60)).await?;
        let ran = sandbox.run(Program::shell(values.fill(setup)).timeout(SETUP)).await?;
        if ran.exit_code != 0 {
            tracing::error!(exercise = %exercise.id, code = ran.exit_code, stderr = %ran.stderr, "the set-up failed");
            return Err(SandboxError::DidNotStart { words: format!("the set-up of {} failed", exercise.id) });
        }
    }
    Ok(())
}

/// Content files as they go into the working folder, with the lease's values in place. Bytes that are not UTF-8 stay.
#[must_use]
pub fn filled(files: &[ContentFile], values: &Values<'_>) -> Vec<FileContent> {
    files
        .iter()
        .map(|file| FileContent {
            path: format!("{WORK_DIR}/{}", file.path),
            mode: file.mode,
            bytes: match std::str::from_utf8(&file.bytes) {
                Ok(text) => values.fill(text).into_bytes().into(),
                Err(_) => file.bytes.clone().into(),
            },
            modified: None,
        })
        .collect()
}
