//! Work: a learner's saved files for one exercise, replaced as a whole at each save.

use domain::id::{ExerciseId, LearnerId};

use super::{Store, StoreError};

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
    /// Save a learner's files in place of what was saved before. `now` in Unix seconds.
    ///
    /// # Errors
    /// When the database fails; the earlier save is kept then.
    pub async fn save_work(
        &self,
        learner: &LearnerId,
        exercise: &ExerciseId,
        files: &[WorkFile],
        now: i64,
    ) -> Result<(), StoreError> {
        let doing = "save files";
        let mut transaction = self.pool.begin().await.map_err(StoreError::query(doing))?;
        sqlx::query("DELETE FROM work_file WHERE learner = ? AND exercise = ?")
            .bind(learner.as_str())
            .bind(exercise.as_str())
            .execute(&mut *transaction)
            .await
            .map_err(StoreError::query(doing))?;
        for file in files {
            sqlx::query(
                "INSERT INTO work_file (learner, exercise, path, mode, content, saved_at) VALUES (?, ?, ?, ?, ?, ?)",
            )
            .bind(learner.as_str())
            .bind(exercise.as_str())
            .bind(&file.path)
            .bind(file.mode)
            .bind(&file.content)
            .bind(now)
            .execute(&mut *transaction)
            .await
            .map_err(StoreError::query(doing))?;
        }
        transaction.commit().await.map_err(StoreError::query(doing))
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
        self.save_work(learner, exercise, &[], 0).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_save_replaces_the_one_before() {
        let store = Store::in_memory().await.unwrap();
        let (learner, exercise) = (LearnerId("a".into()), "x".parse().unwrap());
        store.note_learner(&learner, 1).await.unwrap();
        let file = |path: &str| WorkFile { path: path.into(), mode: 0o644, content: b"x".to_vec() };
        store.save_work(&learner, &exercise, &[file("b"), file("a")], 1).await.unwrap();
        store.save_work(&learner, &exercise, &[file("c")], 2).await.unwrap();
        assert_eq!(store.work(&learner, &exercise).await.unwrap(), [file("c")]);
        store.forget_work(&learner, &exercise).await.unwrap();
        assert!(store.work(&learner, &exercise).await.unwrap().is_empty());
    }
}
