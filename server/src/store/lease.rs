//! Leases as stored. A change of state is one statement that names the state it leaves,
//! so two servers or tasks can never both make it.

use domain::{
    id::{ExerciseId, LearnerId, LeaseId},
    lease::LeaseState,
};
use sqlx::{
    Row as _, Sqlite,
    sqlite::{SqliteArguments, SqliteRow},
};

use super::{Store, StoreError};

/// A lease as stored. Times in Unix seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeaseRow {
    /// Its id.
    pub id: LeaseId,
    /// Whose.
    pub learner: LearnerId,
    /// For which exercise; `None` is a free sandbox.
    pub exercise: Option<ExerciseId>,
    /// Where it stands.
    pub state: LeaseState,
    /// The engine's id of the container.
    pub container: Option<String>,
    /// The lease's own secret.
    pub canary: String,
    /// The lease's own random word.
    pub nonce: String,
    /// Label of the preview's host name.
    pub preview_label: String,
    /// When it was asked for.
    pub created_at: i64,
    /// When the sandbox ends by itself.
    pub expires_at: i64,
    /// How often it was extended.
    pub extensions: u32,
    /// Why it ended.
    pub end_reason: Option<String>,
}

pub(super) fn read(row: &SqliteRow) -> Result<LeaseRow, StoreError> {
    let corrupt = || StoreError::Corrupt { what: "lease" };
    let exercise: Option<String> = row.get("exercise");
    Ok(LeaseRow {
        id: LeaseId(row.get("id")),
        learner: LearnerId(row.get("learner")),
        exercise: exercise.map(ExerciseId::try_from).transpose().map_err(|_| corrupt())?,
        state: LeaseState::parse(row.get("state")).ok_or_else(corrupt)?,
        container: row.get("container"),
        canary: row.get("canary"),
        nonce: row.get("nonce"),
        preview_label: row.get("preview_label"),
        created_at: row.get("created_at"),
        expires_at: row.get("expires_at"),
        extensions: row.get("extensions"),
        end_reason: row.get("end_reason"),
    })
}

/// A question for leases, its values bound.
type Question<'q> = sqlx::query::Query<'q, Sqlite, SqliteArguments>;

impl Store {
    async fn one_lease(&self, question: Question<'_>) -> Result<Option<LeaseRow>, StoreError> {
        let found = question.fetch_optional(&self.pool).await.map_err(StoreError::query("read a lease"))?;
        found.as_ref().map(read).transpose()
    }

    async fn leases(&self, question: Question<'_>) -> Result<Vec<LeaseRow>, StoreError> {
        let found = question.fetch_all(&self.pool).await.map_err(StoreError::query("read leases"))?;
        found.iter().map(read).collect()
    }

    /// Store a new lease in state `queued`, unless the learner has a living one for that exercise.
    /// Returns the living one: the new or the old.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn open_lease(&self, new: &LeaseRow) -> Result<LeaseRow, StoreError> {
        sqlx::query(
            "INSERT INTO lease (id, learner, exercise, state, canary, nonce, preview_label, created_at, expires_at)
             VALUES (?, ?, ?, 'queued', ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        )
        .bind(new.id.as_str())
        .bind(new.learner.as_str())
        .bind(new.exercise.as_ref().map(ExerciseId::as_str))
        .bind(&new.canary)
        .bind(&new.nonce)
        .bind(&new.preview_label)
        .bind(new.created_at)
        .bind(new.expires_at)
        .execute(&self.writes)
        .await
        .map_err(StoreError::query("open a lease"))?;
        let living = self.living_lease(&new.learner, new.exercise.as_ref()).await?;
        living.ok_or(StoreError::Corrupt { what: "lease" })
    }

    /// The learner's living lease for an exercise (or for a free sandbox).
    ///
    /// # Errors
    /// When the database fails.
    pub async fn living_lease(
        &self,
        learner: &LearnerId,
        exercise: Option<&ExerciseId>,
    ) -> Result<Option<LeaseRow>, StoreError> {
        self.one_lease(
            sqlx::query("SELECT * FROM lease WHERE learner = ? AND coalesce(exercise, '') = ? AND state <> 'ended'")
                .bind(learner.as_str())
                .bind(exercise.map_or("", ExerciseId::as_str)),
        )
        .await
    }

    /// A lease by id.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn lease(&self, id: &LeaseId) -> Result<Option<LeaseRow>, StoreError> {
        self.one_lease(sqlx::query("SELECT * FROM lease WHERE id = ?").bind(id.as_str())).await
    }

    /// The living lease with that preview label.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn lease_by_preview(&self, label: &str) -> Result<Option<LeaseRow>, StoreError> {
        self.one_lease(sqlx::query("SELECT * FROM lease WHERE preview_label = ? AND state = 'ready'").bind(label)).await
    }

    /// All living leases, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn living_leases(&self) -> Result<Vec<LeaseRow>, StoreError> {
        self.leases(sqlx::query("SELECT * FROM lease WHERE state <> 'ended' ORDER BY created_at, rowid")).await
    }

    /// All leases there ever were, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn all_leases(&self) -> Result<Vec<LeaseRow>, StoreError> {
        self.leases(sqlx::query("SELECT * FROM lease ORDER BY created_at, rowid")).await
    }

    /// A learner's living leases, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn living_leases_of(&self, learner: &LearnerId) -> Result<Vec<LeaseRow>, StoreError> {
        self.leases(
            sqlx::query("SELECT * FROM lease WHERE learner = ? AND state <> 'ended' ORDER BY created_at DESC, id")
                .bind(learner.as_str()),
        )
        .await
    }

    /// How many leases a learner has alive.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn count_living(&self, learner: &LearnerId) -> Result<u32, StoreError> {
        sqlx::query_scalar("SELECT count(*) FROM lease WHERE learner = ? AND state <> 'ended'")
            .bind(learner.as_str())
            .fetch_one(&self.pool)
            .await
            .map_err(StoreError::query("count leases"))
    }

    /// From `starting` to `ready`. False when it was not starting any more.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn lease_is_ready(&self, id: &LeaseId, now: i64) -> Result<bool, StoreError> {
        let done = sqlx::query("UPDATE lease SET state = 'ready', ready_at = ? WHERE id = ? AND state = 'starting'")
            .bind(now)
            .bind(id.as_str())
            .execute(&self.writes)
            .await
            .map_err(StoreError::query("make a lease ready"))?;
        Ok(done.rows_affected() == 1)
    }

    /// The leases that wait for a sandbox, in the order of their turn.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn queue(&self) -> Result<Vec<LeaseId>, StoreError> {
        // Times are whole seconds; within one, the order of the rows is that in which they came.
        let ids: Vec<String> =
            sqlx::query_scalar("SELECT id FROM lease WHERE state = 'queued' ORDER BY created_at, rowid")
                .fetch_all(&self.pool)
                .await
                .map_err(StoreError::query("read the queue"))?;
        Ok(ids.into_iter().map(LeaseId).collect())
    }

    /// A queued lease's place in the queue, from 1.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn place_in_queue(&self, id: &LeaseId) -> Result<u32, StoreError> {
        sqlx::query_scalar(
            "SELECT count(*) FROM lease AS ahead JOIN lease AS own ON own.id = ?
             WHERE ahead.state = 'queued' AND (ahead.created_at, ahead.rowid) <= (own.created_at, own.rowid)",
        )
        .bind(id.as_str())
        .fetch_one(&self.pool)
        .await
        .map_err(StoreError::query("find a place in the queue"))
    }

    /// When the leases that have a sandbox end, Unix seconds.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn ends_of_sandboxes(&self) -> Result<Vec<i64>, StoreError> {
        sqlx::query_scalar("SELECT expires_at FROM lease WHERE state IN ('starting', 'ready')")
            .fetch_all(&self.pool)
            .await
            .map_err(StoreError::query("read when leases end"))
    }

    /// Extend a ready lease by some seconds, counted from its end or from now, at most `most` times.
    /// When it ends then; `None` when it cannot be extended.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn extend_lease(
        &self,
        id: &LeaseId,
        now: i64,
        seconds: i64,
        most: u32,
    ) -> Result<Option<i64>, StoreError> {
        sqlx::query_scalar(
            "UPDATE lease SET expires_at = max(expires_at, ?) + ?, extensions = extensions + 1
             WHERE id = ? AND state = 'ready' AND extensions < ? RETURNING expires_at",
        )
        .bind(now)
        .bind(seconds)
        .bind(id.as_str())
        .bind(most)
        .fetch_optional(&self.writes)
        .await
        .map_err(StoreError::query("extend a lease"))
    }

    /// Canary and nonce of a learner's latest lease for an exercise, when files of it are kept: they are in these files.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn words_of_work(
        &self,
        learner: &LearnerId,
        exercise: &ExerciseId,
    ) -> Result<Option<(String, String)>, StoreError> {
        sqlx::query_as(
            "SELECT canary, nonce FROM lease WHERE learner = ?1 AND exercise = ?2
             AND EXISTS (SELECT 1 FROM work_file WHERE learner = ?1 AND exercise = ?2)
             ORDER BY created_at DESC, rowid DESC LIMIT 1",
        )
        .bind(learner.as_str())
        .bind(exercise.as_str())
        .fetch_optional(&self.pool)
        .await
        .map_err(StoreError::query("read the words of saved files"))
    }

    /// To `ended`, from any other state, with the attempts that were running abandoned.
    /// False when it had ended before.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end_lease(&self, id: &LeaseId, now: i64, reason: &str) -> Result<bool, StoreError> {
        let doing = "end a lease";
        let mut transaction = self.writes.begin().await.map_err(StoreError::query(doing))?;
        let done = sqlx::query(
            "UPDATE lease SET state = 'ended', ended_at = ?, end_reason = ? WHERE id = ? AND state <> 'ended'",
        )
        .bind(now)
        .bind(reason)
        .bind(id.as_str())
        .execute(&mut *transaction)
        .await
        .map_err(StoreError::query(doing))?;
        sqlx::query("UPDATE attempt SET state = 'abandoned' WHERE lease = ? AND state = 'running'")
            .bind(id.as_str())
            .execute(&mut *transaction)
            .await
            .map_err(StoreError::query(doing))?;
        transaction.commit().await.map_err(StoreError::query(doing))?;
        Ok(done.rows_affected() == 1)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::store::sandbox::tests::claimed;

    pub(crate) fn lease(id: &str, learner: &str, exercise: Option<&str>) -> LeaseRow {
        LeaseRow {
            id: LeaseId(id.into()),
            learner: LearnerId(learner.into()),
            exercise: exercise.map(|id| id.parse().unwrap()),
            state: LeaseState::Queued,
            container: None,
            canary: "c".into(),
            nonce: "n".into(),
            preview_label: format!("p-{id}"),
            created_at: 1,
            expires_at: 100,
            extensions: 0,
            end_reason: None,
        }
    }

    #[tokio::test]
    async fn one_living_lease_per_learner_and_exercise() {
        let store = Store::in_memory().await.unwrap();
        store.note_learner(&LearnerId("a".into()), 1).await.unwrap();
        let first = store.open_lease(&lease("1", "a", Some("x"))).await.unwrap();
        let second = store.open_lease(&lease("2", "a", Some("x"))).await.unwrap();
        assert_eq!(first, second);
        let free = store.open_lease(&lease("3", "a", None)).await.unwrap();
        assert_eq!(free.id.as_str(), "3");
        assert_eq!(store.count_living(&first.learner).await.unwrap(), 2);
        assert_eq!(store.living_leases_of(&first.learner).await.unwrap().len(), 2);
        assert!(store.end_lease(&first.id, 5, "test").await.unwrap());
        assert!(!store.end_lease(&first.id, 6, "again").await.unwrap());
        let third = store.open_lease(&lease("4", "a", Some("x"))).await.unwrap();
        assert_eq!(third.id.as_str(), "4");
        let ended = store.lease(&first.id).await.unwrap().unwrap();
        assert_eq!((ended.state, ended.end_reason.as_deref()), (LeaseState::Ended, Some("test")));
    }

    #[tokio::test]
    async fn states_change_only_from_where_they_may() {
        let store = Store::in_memory().await.unwrap();
        store.note_learner(&LearnerId("a".into()), 1).await.unwrap();
        let id = store.open_lease(&lease("1", "a", None)).await.unwrap().id;
        assert!(!store.lease_is_ready(&id, 2).await.unwrap());
        assert_eq!(store.extend_lease(&id, 2, 300, 3).await.unwrap(), None);
        assert_eq!(claimed(&store, "abc", 200).await.id, id);
        assert!(store.lease_by_preview("p-1").await.unwrap().is_none());
        assert!(store.lease_is_ready(&id, 2).await.unwrap());
        assert_eq!(store.lease_by_preview("p-1").await.unwrap().unwrap().container.as_deref(), Some("abc"));
        // From its end; from now, when that is later; not a third time.
        for (now, wanted) in [(2, Some(500)), (600, Some(900)), (600, None)] {
            assert_eq!(store.extend_lease(&id, now, 300, 2).await.unwrap(), wanted);
        }
        assert_eq!(store.lease(&id).await.unwrap().unwrap().expires_at, 900);
        store.end_lease(&id, 9, "done").await.unwrap();
        assert!(store.living_leases().await.unwrap().is_empty());
    }
}
