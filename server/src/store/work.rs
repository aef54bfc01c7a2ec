//! Work: a learner's saved files for one exercise, replaced as a whole at each save; points to go back to; and images.

use domain::id::{AttemptId, ExerciseId, LearnerId};

use super::{Store, StoreError, lease::LeaseRow};

/// Points to go back to, of one learner and exercise.
const POINTS: i64 = 10;
/// Bytes of all files of a point.
const POINT_BYTES: i64 = 1024 * 1024;

const FORGET_FILES: &str = "DELETE FROM work_file WHERE learner = ? AND exercise = ?";
const FORGET_POINTS: &str = "DELETE FROM work_point WHERE learner = ? AND exercise = ?";
const FORGET_IMAGES: &str = "DELETE FROM work_image WHERE learner = ? AND exercise = ?";

/// Forget some of what a learner has of an exercise, by the statements above.
async fn forget(
    transaction: &mut sqlx::Transaction<'_, sqlx::Sqlite>,
    statements: &[&'static str],
    learner: &LearnerId,
    exercise: &ExerciseId,
) -> Result<(), sqlx::Error> {
    for statement in statements {
        sqlx::query(*statement).bind(learner.as_str()).bind(exercise.as_str()).execute(&mut **transaction).await?;
    }
    Ok(())
}

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
        forget(&mut transaction, &[FORGET_FILES], &lease.learner, exercise).await.map_err(StoreError::query(doing))?;
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

    /// Keep the saved files as a point to go back to: as they were at an attempt. Only the latest points are kept, and
    /// only of files that are small together. `now` in Unix seconds.
    ///
    /// # Errors
    /// When the database fails; then there is no such point.
    pub async fn keep_point(&self, attempt: &AttemptId, lease: &LeaseRow, now: i64) -> Result<(), StoreError> {
        let doing = "keep files to go back to";
        let Some(exercise) = &lease.exercise else { return Ok(()) };
        let mut transaction = self.writes.begin_with("BEGIN IMMEDIATE").await.map_err(StoreError::query(doing))?;
        let made = sqlx::query(
            "INSERT INTO work_point (attempt, learner, exercise, saved_at) SELECT ?1, ?2, ?3, ?4
             WHERE (SELECT SUM(LENGTH(content)) FROM work_file WHERE learner = ?2 AND exercise = ?3) <= ?5",
        )
        .bind(attempt.as_str())
        .bind(lease.learner.as_str())
        .bind(exercise.as_str())
        .bind(now)
        .bind(POINT_BYTES)
        .execute(&mut *transaction)
        .await
        .map_err(StoreError::query(doing))?;
        if made.rows_affected() == 0 {
            return Ok(());
        }
        sqlx::query(
            "INSERT INTO work_point_file (attempt, path, mode, content)
             SELECT ?1, path, mode, content FROM work_file WHERE learner = ?2 AND exercise = ?3",
        )
        .bind(attempt.as_str())
        .bind(lease.learner.as_str())
        .bind(exercise.as_str())
        .execute(&mut *transaction)
        .await
        .map_err(StoreError::query(doing))?;
        sqlx::query(
            "DELETE FROM work_point WHERE learner = ?1 AND exercise = ?2 AND attempt NOT IN
             (SELECT attempt FROM work_point WHERE learner = ?1 AND exercise = ?2
              ORDER BY saved_at DESC, rowid DESC LIMIT ?3)",
        )
        .bind(lease.learner.as_str())
        .bind(exercise.as_str())
        .bind(POINTS)
        .execute(&mut *transaction)
        .await
        .map_err(StoreError::query(doing))?;
        transaction.commit().await.map_err(StoreError::query(doing))
    }

    /// Put the files of a point in place of those saved last. False when there is no such point of that learner and
    /// exercise: then nothing is changed.
    ///
    /// # Errors
    /// When the database fails; then nothing is changed.
    pub async fn go_back(
        &self,
        learner: &LearnerId,
        exercise: &ExerciseId,
        attempt: &AttemptId,
        now: i64,
    ) -> Result<bool, StoreError> {
        let doing = "go back to earlier files";
        let mut transaction = self.writes.begin_with("BEGIN IMMEDIATE").await.map_err(StoreError::query(doing))?;
        let found: Option<i64> =
            sqlx::query_scalar("SELECT 1 FROM work_point WHERE attempt = ? AND learner = ? AND exercise = ?")
                .bind(attempt.as_str())
                .bind(learner.as_str())
                .bind(exercise.as_str())
                .fetch_optional(&mut *transaction)
                .await
                .map_err(StoreError::query(doing))?;
        if found.is_none() {
            return Ok(false);
        }
        // Images that were built of later files go with them.
        let gone = [FORGET_FILES, FORGET_IMAGES];
        forget(&mut transaction, &gone, learner, exercise).await.map_err(StoreError::query(doing))?;
        sqlx::query(
            "INSERT INTO work_file (learner, exercise, path, mode, content, saved_at)
             SELECT ?2, ?3, path, mode, content, ?4 FROM work_point_file WHERE attempt = ?1",
        )
        .bind(attempt.as_str())
        .bind(learner.as_str())
        .bind(exercise.as_str())
        .bind(now)
        .execute(&mut *transaction)
        .await
        .map_err(StoreError::query(doing))?;
        transaction.commit().await.map_err(StoreError::query(doing))?;
        Ok(true)
    }

    /// Save the packed archive of a ready lease's images in place of the one before, or forget that one. `now` in Unix
    /// seconds. False when the lease is not ready any more: then nothing is changed.
    ///
    /// # Errors
    /// When the database fails; the earlier archive is kept then.
    pub async fn save_images(
        &self,
        lease: &LeaseRow,
        exercise: &ExerciseId,
        archive: Option<&[u8]>,
        now: i64,
    ) -> Result<bool, StoreError> {
        let statement = match archive {
            Some(_) => {
                "INSERT INTO work_image (learner, exercise, archive, saved_at)
                 SELECT learner, ?2, ?3, ?4 FROM lease WHERE id = ?1 AND state = 'ready'
                 ON CONFLICT (learner, exercise) DO UPDATE SET archive = excluded.archive, saved_at = excluded.saved_at"
            }
            None => {
                "DELETE FROM work_image WHERE exercise = ?2
                 AND learner = (SELECT learner FROM lease WHERE id = ?1 AND state = 'ready')"
            }
        };
        let query = sqlx::query(statement).bind(lease.id.as_str()).bind(exercise.as_str());
        let query = match archive {
            Some(bytes) => query.bind(bytes).bind(now),
            None => query,
        };
        let done = query.execute(&self.writes).await.map_err(StoreError::query("save images"))?;
        Ok(archive.is_none() || done.rows_affected() > 0)
    }

    /// The packed archive of a learner's saved images.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn images(&self, learner: &LearnerId, exercise: &ExerciseId) -> Result<Option<Vec<u8>>, StoreError> {
        sqlx::query_scalar("SELECT archive FROM work_image WHERE learner = ? AND exercise = ?")
            .bind(learner.as_str())
            .bind(exercise.as_str())
            .fetch_optional(&self.pool)
            .await
            .map_err(StoreError::query("read saved images"))
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

    /// Forget a learner's saved files and all points to go back to: the exercise begins anew.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn forget_work(&self, learner: &LearnerId, exercise: &ExerciseId) -> Result<(), StoreError> {
        let doing = "forget files";
        let mut transaction = self.writes.begin_with("BEGIN IMMEDIATE").await.map_err(StoreError::query(doing))?;
        let gone = [FORGET_FILES, FORGET_POINTS, FORGET_IMAGES];
        forget(&mut transaction, &gone, learner, exercise).await.map_err(StoreError::query(doing))?;
        transaction.commit().await.map_err(StoreError::query(doing))
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
    async fn points_are_kept_until_newer_ones_or_a_reset_take_their_place() {
        let store = Store::in_memory().await.unwrap();
        let learner = LearnerId("a".into());
        store.note_learner(&learner, 1).await.unwrap();
        let lease = store.open_lease(&lease("1", "a", Some("x"))).await.unwrap();
        let exercise = lease.exercise.clone().unwrap();
        claimed(&store, "x", 100).await;
        store.lease_is_ready(&lease.id, 1).await.unwrap();
        let file = |content: Vec<u8>| WorkFile { path: "f".into(), mode: 0o600, content };
        let attempt = |number: i64| AttemptId(format!("t{number}"));
        for number in 1..=12 {
            store.save_work(&lease, &[file(vec![b'0'; number as usize])], number).await.unwrap();
            store.begin_attempt(&attempt(number), &learner, &lease.id, &exercise, 1, number).await.unwrap().unwrap();
            store.keep_point(&attempt(number), &lease, number).await.unwrap();
            store.abandon_running_attempts().await.unwrap();
        }
        let kept = async || {
            let all = store.attempts(&learner, &exercise).await.unwrap();
            all.iter().filter(|attempt| attempt.kept).map(|attempt| attempt.number).collect::<Vec<_>>()
        };
        assert_eq!(kept().await, [12, 11, 10, 9, 8, 7, 6, 5, 4, 3]);
        assert!(!store.go_back(&learner, &exercise, &attempt(2), 20).await.unwrap(), "it is too old");
        assert!(!store.go_back(&LearnerId("b".into()), &exercise, &attempt(5), 20).await.unwrap(), "somebody else's");
        assert_eq!(store.work(&learner, &exercise).await.unwrap(), [file(vec![b'0'; 12])]);
        assert!(store.go_back(&learner, &exercise, &attempt(5), 20).await.unwrap());
        assert_eq!(store.work(&learner, &exercise).await.unwrap(), [file(vec![b'0'; 5])]);
        // What is large is saved, and is no point.
        store.save_work(&lease, &[file(vec![b'0'; POINT_BYTES as usize + 1])], 21).await.unwrap();
        store.begin_attempt(&attempt(13), &learner, &lease.id, &exercise, 1, 21).await.unwrap().unwrap();
        store.keep_point(&attempt(13), &lease, 21).await.unwrap();
        assert_eq!(kept().await.first(), Some(&12));
        store.forget_work(&learner, &exercise).await.unwrap();
        assert!(kept().await.is_empty());
        assert!(!store.go_back(&learner, &exercise, &attempt(5), 22).await.unwrap());
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
