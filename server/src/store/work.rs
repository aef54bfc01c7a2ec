//! Work: a learner's saved files for one exercise, replaced as a whole at each save.

use domain::id::{ExerciseId, LearnerId};

use super::{Store, StoreError, lease::LeaseRow};

/// One saved file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkFile {
    /// Relative to the working folder.
    pub path: String,
    /// Permission bits.
    pub mode: u32,
    /// Its bytes.
    pub content: Vec<u8>,
}

impl Store {
    /// Save a ready lease's files in place of what was saved before. `now` in Unix seconds. False when the lease is not
    /// ready any more: then nothing is changed, so that a save under way does not undo a reset.
    ///
    /// # Errors
    /// When the database fails; the earlier save is kept then.
    pub async fn save_work(&self, lease: &LeaseRow, files: &[WorkFile], now: i64) -> Result<bool, StoreError> {
        let doing = "save files";
        let Some(exercise) = &lease.exercise else { return Ok(false) };
        // Takes the write lock before it looks.
        let mut transaction = self.writes.begin_with("BEGIN IMMEDIATE").await.map_err(StoreError::query(doing))?;
        let ready: Option<i64> = sqlx::query_scalar("SELECT 1 FROM lease WHERE id = ? AND state = 'ready'")
            .bind(lease.id.as_str())
            .fetch_optional(&mut *transaction)
            .await
            .map_err(StoreError::query(doing))?;
        if ready.is_none() {
            return Ok(false);
        }
        sqlx::query("DELETE FROM work_file WHERE learner = ? AND exercise = ?")
            .bind(lease.learner.as_str())
            .bind(exercise.as_str())
            .execute(&mut *transaction)
            .await
            .map_err(StoreError::query(doing))?;
        for file in files {
            sqlx::query(
                "INSERT INTO work_file (learner, exercise, path, mode, content, saved_at) VALUES (?, ?, ?, ?, ?, ?)",
            )
            .bind(lease.learner.as_str())
            .bind(exercise.as_str())
            .bind(&file.path)
            .bind(file.mode)
            .bind(&file.content)
            .bind(now)
            .execute(&mut *transaction)
            .await
            .map_err(StoreError::query(doing))?;
        }
        transaction.commit().await.map_err(StoreError::query(doing))?;
        Ok(true)
    }

    /// A learner's saved files, by path; empty when nothing was saved.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn work(&self, learner: &LearnerId, exercise: &ExerciseId) -> Result<Vec<WorkFile>, StoreError> {
        let rows: Vec<(String, u32, Vec<u8>)> = sqlx::query_as(
            "SELECT path, mode, content FROM work_file WHERE learner = ? AND exercise = ? ORDER BY path",
        )
        .bind(learner.as_str())
        .bind(exercise.as_str())
        .fetch_all(&self.pool)
        .await
        .map_err(StoreError::query("read saved files"))?;
        Ok(rows.into_iter().map(|(path, mode, content)| WorkFile { path, mode, content }).collect())
    }

    /// Forget a learner's saved files: the exercise begins anew.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn forget_work(&self, learner: &LearnerId, exercise: &ExerciseId) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM work_file WHERE learner = ? AND exercise = ?")
            .bind(learner.as_str())
            .bind(exercise.as_str())
            .execute(&self.writes)
            .await
            .map_err(StoreError::query("forget files"))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{lease::tests::lease, sandbox::tests::claimed};

    #[tokio::test]
    async fn a_save_replaces_the_one_before_while_the_lease_is_ready() {
        let store = Store::in_memory().await.unwrap();
        store.note_learner(&LearnerId("a".into()), 1).await.unwrap();
        let lease = store.open_lease(&lease("1", "a", Some("x"))).await.unwrap();
        let (learner, exercise) = (lease.learner.clone(), lease.exercise.clone().unwrap());
        let file = |path: &str| WorkFile { path: path.into(), mode: 0o644, content: b"x".to_vec() };
        assert!(!store.save_work(&lease, &[file("early")], 1).await.unwrap(), "a sandbox that is still furnished");
        claimed(&store, "x", 100).await;
        store.lease_is_ready(&lease.id, 1).await.unwrap();
        assert!(store.save_work(&lease, &[file("b"), file("a")], 1).await.unwrap());
        assert!(store.save_work(&lease, &[file("c")], 2).await.unwrap());
        assert_eq!(store.work(&learner, &exercise).await.unwrap(), [file("c")]);
        store.end_lease(&lease.id, 3, "reset").await.unwrap();
        store.forget_work(&learner, &exercise).await.unwrap();
        assert!(!store.save_work(&lease, &[file("late")], 4).await.unwrap(), "a save that was under way at a reset");
        assert!(store.work(&learner, &exercise).await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn the_words_in_kept_files_are_those_of_the_latest_lease() {
        let store = Store::in_memory().await.unwrap();
        store.note_learner(&LearnerId("a".into()), 1).await.unwrap();
        let first = store.open_lease(&lease("1", "a", Some("x"))).await.unwrap();
        let (learner, exercise) = (first.learner.clone(), first.exercise.clone().unwrap());
        assert_eq!(store.words_of_work(&learner, &exercise).await.unwrap(), None, "nothing is kept");
        claimed(&store, "x", 100).await;
        store.lease_is_ready(&first.id, 1).await.unwrap();
        let file = WorkFile { path: "f".into(), mode: 0o644, content: b"c".to_vec() };
        store.save_work(&first, &[file], 1).await.unwrap();
        store.end_lease(&first.id, 2, "test").await.unwrap();
        assert_eq!(store.words_of_work(&learner, &exercise).await.unwrap(), Some(("c".into(), "n".into())));
        store.forget_work(&learner, &exercise).await.unwrap();
        assert_eq!(store.words_of_work(&learner, &exercise).await.unwrap(), None);
    }
}
