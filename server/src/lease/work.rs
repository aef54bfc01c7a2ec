//! Saving a learner's files: at each check and when the sandbox ends.

use domain::id::{ExerciseId, LearnerId};
use sandbox::{FileKind, Sandbox, WORK_DIR};

use super::{LeaseError, Leases};
use crate::store::work::WorkFile;

/// Files kept of one exercise.
const MOST_FILES: usize = 200;
/// Bytes kept of one exercise.
const MOST_BYTES: u64 = 5 * 1024 * 1024;

impl Leases {
    /// Save the working folder's regular files, as far as the limits go.
    ///
    /// # Errors
    /// When sandbox or database fail.
    pub async fn save_work(
        &self,
        sandbox: &Sandbox,
        learner: &LearnerId,
        exercise: &ExerciseId,
    ) -> Result<(), LeaseError> {
        let files = read_work(sandbox).await?;
        if !files.is_empty() {
            self.inner.store.save_work(learner, exercise, &files, self.now()).await?;
        }
        Ok(())
    }
}

/// The working folder's regular files, at most 200 and 5 MiB, in the order of their paths.
///
/// # Errors
/// When the sandbox fails.
pub async fn read_work(sandbox: &Sandbox) -> Result<Vec<WorkFile>, LeaseError> {
    let (listed, _) = sandbox.tree(WORK_DIR, 2_000).await?;
    let mut files = Vec::new();
    let mut room = MOST_BYTES;
    for facts in listed.into_iter().filter(|facts| facts.kind == FileKind::File).take(MOST_FILES) {
        if facts.size > room {
            continue;
        }
        let path = format!("{WORK_DIR}/{}", facts.path);
        match sandbox.get_file(&path, room).await {
            Ok((_, bytes)) => {
                room = room.saturating_sub(bytes.len() as u64);
                files.push(WorkFile { path: facts.path, mode: facts.mode, content: bytes.to_vec() });
            }
            // It vanished or grew meanwhile; the others are worth keeping.
            Err(error @ (sandbox::SandboxError::Refused { .. } | sandbox::SandboxError::TooLong { .. })) => {
                tracing::debug!(path, %error, "a file was not saved");
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(files)
}
