//! Warm sandboxes: made ahead, taken once.
//! Invariant: a sandbox that a lease has or had is never idle again. Taking one is a single statement, so two can never
//! take the same.

use domain::id::LeaseId;
use sqlx::Row as _;

use super::{
    Store, StoreError,
    lease::{LeaseRow, read},
};

/// A warm sandbox as stored. Times in Unix seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SandboxRow {
    /// The engine's id of the container.
    pub container: String,
    /// Its name.
    pub name: String,
    /// What it is made of.
    pub recipe: String,
    /// When it was made.
    pub made_at: i64,
    /// When it ends by itself.
    pub ends_at: i64,
}

/// How many there are, all at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// Leases that wait for a sandbox.
    pub queued: u32,
    /// Leases that have one.
    pub living: u32,
    /// Sandboxes that nobody has taken.
    pub idle: u32,
}

impl Store {
    /// Count leases and sandboxes.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn count_sandboxes(&self) -> Result<Counted, StoreError> {
        let (queued, living, idle) = sqlx::query_as(
            "SELECT (SELECT count(*) FROM lease WHERE state = 'queued'),
                    (SELECT count(*) FROM lease WHERE state IN ('starting', 'ready')),
                    (SELECT count(*) FROM sandbox
                     WHERE NOT EXISTS (SELECT 1 FROM lease WHERE lease.container = sandbox.container))",
        )
        .fetch_one(&self.pool)
        .await
        .map_err(StoreError::query("count sandboxes"))?;
        Ok(Counted { queued, living, idle })
    }

    /// Note a sandbox that is ready to be taken.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn add_sandbox(&self, new: &SandboxRow) -> Result<(), StoreError> {
        sqlx::query("INSERT INTO sandbox (container, name, recipe, made_at, ends_at) VALUES (?, ?, ?, ?, ?)")
            .bind(&new.container)
            .bind(&new.name)
            .bind(&new.recipe)
            .bind(new.made_at)
            .bind(new.ends_at)
            .execute(&self.writes)
            .await
            .map_err(StoreError::query("note a sandbox"))?;
        Ok(())
    }

    /// Give the oldest idle sandbox of a recipe, that does not end before `alive_at`, to the lease that has waited
    /// longest: from `queued` to `starting`, to end at `expires_at`. The lease; `None` when either is missing.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn claim(&self, recipe: &str, alive_at: i64, expires_at: i64) -> Result<Option<LeaseRow>, StoreError> {
        sqlx::query(
            "UPDATE lease SET state = 'starting', expires_at = ?3, container = idle.container
             FROM (SELECT container FROM sandbox
                   WHERE recipe = ?1 AND ends_at >= ?2
                     AND NOT EXISTS (SELECT 1 FROM lease AS taken WHERE taken.container = sandbox.container)
                   ORDER BY made_at, rowid LIMIT 1) AS idle
             WHERE id = (SELECT id FROM lease WHERE state = 'queued' ORDER BY created_at, rowid LIMIT 1)
             RETURNING *",
        )
        .bind(recipe)
        .bind(alive_at)
        .bind(expires_at)
        .fetch_optional(&self.writes)
        .await
        .map_err(StoreError::query("take a sandbox"))?
        .as_ref()
        .map(read)
        .transpose()
    }

    /// Sandboxes that nobody has taken, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn idle_sandboxes(&self) -> Result<Vec<SandboxRow>, StoreError> {
        let rows = sqlx::query(
            "SELECT * FROM sandbox
             WHERE NOT EXISTS (SELECT 1 FROM lease WHERE lease.container = sandbox.container)
             ORDER BY made_at, rowid",
        )
        .fetch_all(&self.pool)
        .await
        .map_err(StoreError::query("read sandboxes"))?;
        let rows = rows.iter().map(|row| SandboxRow {
            container: row.get("container"),
            name: row.get("name"),
            recipe: row.get("recipe"),
            made_at: row.get("made_at"),
            ends_at: row.get("ends_at"),
        });
        Ok(rows.collect())
    }

    /// Take an idle sandbox out of the pool for good. False when it was taken meanwhile, or is not there.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn retire_sandbox(&self, container: &str) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "DELETE FROM sandbox WHERE container = ?1
             AND NOT EXISTS (SELECT 1 FROM lease WHERE lease.container = ?1)",
        )
        .bind(container)
        .execute(&self.writes)
        .await
        .map_err(StoreError::query("retire a sandbox"))?;
        Ok(done.rows_affected() == 1)
    }

    /// Forget taken sandboxes whose lease has ended.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn forget_used_sandboxes(&self) -> Result<(), StoreError> {
        // The lease keeps the container's id, so that it cannot be given again even if it were noted once more.
        sqlx::query("DELETE FROM sandbox WHERE container IN (SELECT container FROM lease WHERE state = 'ended')")
            .execute(&self.writes)
            .await
            .map_err(StoreError::query("forget used sandboxes"))?;
        Ok(())
    }

    /// From `starting` back to `queued`, at its old place, without the sandbox that it had taken, which is forgotten.
    /// False when it was not starting.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn requeue_lease(&self, id: &LeaseId) -> Result<bool, StoreError> {
        let doing = "queue a lease again";
        let mut transaction = self.writes.begin_with("BEGIN IMMEDIATE").await.map_err(StoreError::query(doing))?;
        // Forgotten first: no lease would name it then, and it would count as idle.
        sqlx::query(
            "DELETE FROM sandbox WHERE container = (SELECT container FROM lease WHERE id = ? AND state = 'starting')",
        )
        .bind(id.as_str())
        .execute(&mut *transaction)
        .await
        .map_err(StoreError::query(doing))?;
        let done =
            sqlx::query("UPDATE lease SET state = 'queued', container = NULL WHERE id = ? AND state = 'starting'")
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
    use domain::{id::LearnerId, lease::LeaseState};

    use super::*;
    use crate::store::lease::tests::lease;

    fn sandbox(container: &str, made_at: i64) -> SandboxRow {
        SandboxRow {
            container: container.into(),
            name: format!("s-{container}"),
            recipe: "r".into(),
            made_at,
            ends_at: 100,
        }
    }

    /// Give a queued lease a sandbox with that container; it must be the only one that waits.
    pub(crate) async fn claimed(store: &Store, container: &str, expires_at: i64) -> LeaseRow {
        store.add_sandbox(&sandbox(container, 1)).await.unwrap();
        store.claim("r", 1, expires_at).await.unwrap().unwrap()
    }

    #[tokio::test]
    async fn the_first_in_the_queue_gets_the_oldest() {
        let store = Store::in_memory().await.unwrap();
        for learner in ["a", "b", "c"] {
            store.note_learner(&LearnerId(learner.into()), 1).await.unwrap();
        }
        assert_eq!(store.claim("r", 1, 50).await.unwrap(), None, "nobody waits and nothing is there");
        store.add_sandbox(&sandbox("y", 2)).await.unwrap();
        store.add_sandbox(&sandbox("x", 1)).await.unwrap();
        assert_eq!(store.claim("r", 1, 50).await.unwrap(), None, "nobody waits");
        // All within one second: the order in which they came counts, not their ids.
        for (id, learner) in [("3", "a"), ("1", "b"), ("2", "c")] {
            store.open_lease(&lease(id, learner, None)).await.unwrap();
        }
        assert_eq!(store.queue().await.unwrap(), ["3", "1", "2"].map(|id| LeaseId(id.into())));
        for (place, id) in (1..).zip(["3", "1", "2"]) {
            assert_eq!(store.place_in_queue(&LeaseId(id.into())).await.unwrap(), place, "{id}");
        }
        assert_eq!(store.count_sandboxes().await.unwrap(), Counted { queued: 3, living: 0, idle: 2 });
        let first = store.claim("r", 1, 50).await.unwrap().unwrap();
        assert_eq!((first.id.as_str(), first.container.as_deref(), first.expires_at), ("3", Some("x"), 50));
        assert_eq!(first.state, LeaseState::Starting);
        let second = store.claim("r", 1, 50).await.unwrap().unwrap();
        assert_eq!((second.id.as_str(), second.container.as_deref()), ("1", Some("y")));
        assert_eq!(store.claim("r", 1, 50).await.unwrap(), None, "nothing is left");
        assert_eq!(store.count_sandboxes().await.unwrap(), Counted { queued: 1, living: 2, idle: 0 });
        assert_eq!(store.place_in_queue(&LeaseId("2".into())).await.unwrap(), 1, "those ahead have had their turn");
        assert_eq!(store.lease(&LeaseId("2".into())).await.unwrap().unwrap().state, LeaseState::Queued);
    }

    #[tokio::test]
    async fn a_sandbox_is_given_once_whatever_becomes_of_its_lease() {
        let store = Store::in_memory().await.unwrap();
        store.note_learner(&LearnerId("a".into()), 1).await.unwrap();
        let first = store.open_lease(&lease("1", "a", None)).await.unwrap();
        claimed(&store, "x", 50).await;
        assert!(!store.retire_sandbox("x").await.unwrap(), "it is taken");
        assert!(store.requeue_lease(&first.id).await.unwrap());
        assert!(!store.requeue_lease(&first.id).await.unwrap());
        assert_eq!(store.claim("r", 1, 50).await.unwrap(), None, "what was touched is not given again");
        claimed(&store, "y", 50).await;
        store.end_lease(&first.id, 9, "done").await.unwrap();
        store.open_lease(&lease("2", "a", None)).await.unwrap();
        assert_eq!(store.claim("r", 1, 50).await.unwrap(), None, "nor what was used");
        store.forget_used_sandboxes().await.unwrap();
        assert!(store.idle_sandboxes().await.unwrap().is_empty());
        store.add_sandbox(&sandbox("y", 1)).await.unwrap();
        assert_eq!(store.claim("r", 1, 50).await.unwrap(), None, "not even when it is noted anew");
    }

    #[tokio::test]
    async fn what_ends_soon_or_is_made_of_something_else_is_not_given() {
        let store = Store::in_memory().await.unwrap();
        store.note_learner(&LearnerId("a".into()), 1).await.unwrap();
        store.open_lease(&lease("1", "a", None)).await.unwrap();
        store.add_sandbox(&sandbox("x", 1)).await.unwrap();
        assert_eq!(store.claim("other", 1, 50).await.unwrap(), None);
        assert_eq!(store.claim("r", 101, 50).await.unwrap(), None);
        assert!(store.retire_sandbox("x").await.unwrap());
        assert!(!store.retire_sandbox("x").await.unwrap());
        assert_eq!(store.claim("r", 1, 50).await.unwrap(), None);
    }
}
