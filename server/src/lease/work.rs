//! Saving a learner's files: every minute, at each check and when the sandbox ends.
//! Invariant: what is saved is small and whole files; what was saved before stays until something newer is complete.

use std::{
    collections::hash_map::DefaultHasher,
    hash::{Hash as _, Hasher as _},
    time::Duration,
};

use domain::lease::LeaseState;
use futures::StreamExt as _;
use sandbox::{FileKind, FileMeta, Sandbox, WORK_DIR};

use super::{LeaseError, Leases};
use crate::store::{lease::LeaseRow, work::WorkFile};

/// Files kept of one exercise.
const MOST_FILES: usize = 200;
/// Bytes kept of one exercise.
const MOST_BYTES: u64 = 5 * 1024 * 1024;
/// Changed files are saved this often: so much is lost at most when a sandbox dies.
const EVERY: Duration = Duration::from_secs(60);
/// Sandboxes whose files are read at the same time.
const AT_ONCE: usize = 4;

impl Leases {
    /// Save the working folder's regular files, as far as the limits go.
    ///
    /// # Errors
    /// When sandbox or database fail.
    pub async fn save_work(&self, sandbox: &Sandbox, row: &LeaseRow) -> Result<(), LeaseError> {
        self.save_listed(sandbox, row, &list(sandbox).await?).await
    }

    async fn save_listed(&self, sandbox: &Sandbox, row: &LeaseRow, listed: &[FileMeta]) -> Result<(), LeaseError> {
        let files = read(sandbox, listed, |_| true).await?;
        if !files.is_empty()
            && self.inner.store.save_work(row, &files, self.now()).await?
            && let Some(living) = self.handles().get_mut(&row.id)
        {
            living.saved = Some(mark_of(listed));
        }
        Ok(())
    }

    /// Save what has changed in any sandbox, every minute, until the server stops.
    pub(super) async fn keep_work(self) {
        loop {
            tokio::select! {
                () = tokio::time::sleep(EVERY) => {}
                () = self.inner.stop.cancelled() => return,
            }
            let leases = match self.inner.store.living_leases().await {
                Ok(leases) => leases,
                Err(error) => {
                    tracing::error!(%error, "nobody's work could be saved");
                    continue;
                }
            };
            let ready = leases.iter().filter(|row| row.state == LeaseState::Ready && row.exercise.is_some());
            futures::stream::iter(ready).for_each_concurrent(AT_ONCE, |row| self.save_changes(row)).await;
        }
    }

    async fn save_changes(&self, row: &LeaseRow) {
        let Some((sandbox, saved)) = self.handles().get(&row.id).map(|living| (living.sandbox.clone(), living.saved))
        else {
            return;
        };
        let saving = async {
            let listed = list(&sandbox).await?;
            if saved != Some(mark_of(&listed)) {
                self.save_listed(&sandbox, row, &listed).await?;
            }
            Ok::<(), LeaseError>(())
        };
        if let Err(error) = saving.await {
            tracing::warn!(lease = %row.id, %error, "the work could not be saved");
        }
    }
}

/// The working folder's regular files for which `wanted` says yes to the path, at most 200 and 5 MiB; those nearest to
/// the top first.
///
/// # Errors
/// When the sandbox fails.
pub async fn read_work(sandbox: &Sandbox, wanted: impl Fn(&str) -> bool) -> Result<Vec<WorkFile>, LeaseError> {
    read(sandbox, &list(sandbox).await?, wanted).await
}

/// The working folder's regular files, those nearest to the top first: an unpacked archive must not push out the
/// learner's own files.
async fn list(sandbox: &Sandbox) -> Result<Vec<FileMeta>, LeaseError> {
    let (mut listed, _) = sandbox.tree(WORK_DIR, 2_000).await?;
    listed.retain(|facts| facts.kind == FileKind::File);
    sort_by_depth(&mut listed);
    Ok(listed)
}

fn sort_by_depth(files: &mut [FileMeta]) {
    files.sort_by(|a, b| {
        let depth = |facts: &FileMeta| facts.path.matches('/').count();
        depth(a).cmp(&depth(b)).then_with(|| a.path.cmp(&b.path))
    });
}

/// Changes with any file's path, size, mode or time.
fn mark_of(listed: &[FileMeta]) -> u64 {
    let mut mark = DefaultHasher::new();
    for facts in listed {
        (&facts.path, facts.size, facts.mode, facts.modified_ms).hash(&mut mark);
    }
    mark.finish()
}

async fn read(
    sandbox: &Sandbox,
    listed: &[FileMeta],
    wanted: impl Fn(&str) -> bool,
) -> Result<Vec<WorkFile>, LeaseError> {
    let mut files = Vec::new();
    let mut room = MOST_BYTES;
    let mut left_out = 0_usize;
    for facts in listed.iter().filter(|facts| wanted(&facts.path)) {
        if files.len() >= MOST_FILES || facts.size > room {
            left_out += 1;
            continue;
        }
        let path = format!("{WORK_DIR}/{}", facts.path);
        match sandbox.get_file(&path, room).await {
            Ok((_, bytes)) => {
                room = room.saturating_sub(bytes.len() as u64);
                files.push(WorkFile { path: facts.path.clone(), mode: facts.mode, content: bytes.to_vec() });
            }
            // It vanished or grew meanwhile; the others are worth keeping.
            Err(error @ (sandbox::SandboxError::Refused { .. } | sandbox::SandboxError::TooLong { .. })) => {
                tracing::debug!(path, %error, "a file was not read");
            }
            Err(error) => return Err(error.into()),
        }
    }
    if left_out > 0 {
        tracing::debug!(left_out, "files beyond the limits were left out");
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, modified_ms: i64) -> FileMeta {
        FileMeta { path: path.into(), kind: FileKind::File, mode: 0o644, uid: 0, gid: 0, size: 1, modified_ms }
    }

    #[test]
    fn files_near_the_top_come_first() {
        let mut files = vec![file(".git/objects/aa", 1), file("b/c", 1), file("Dockerfile", 1), file("a", 1)];
        sort_by_depth(&mut files);
        let paths: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(paths, ["Dockerfile", "a", "b/c", ".git/objects/aa"]);
    }

    #[test]
    fn a_changed_file_changes_the_mark() {
        assert_eq!(mark_of(&[file("a", 1)]), mark_of(&[file("a", 1)]));
        assert_ne!(mark_of(&[file("a", 1)]), mark_of(&[file("a", 2)]));
        assert_ne!(mark_of(&[file("a", 1)]), mark_of(&[file("a", 1), file("b", 1)]));
    }
}
