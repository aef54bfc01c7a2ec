//! Learners: made at the first visit that needs one.

use domain::id::LearnerId;

use super::{Store, StoreError};

/// Seconds.
const A_MINUTE: i64 = 60;

impl Store {
    /// Make a learner if there is none of that id, and note the visit, to the minute. `now` in Unix seconds.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn note_learner(&self, id: &LearnerId, now: i64) -> Result<(), StoreError> {
        // Looked up first: who reads never waits for who writes, and most visits have been noted.
        let seen_at: Option<i64> = sqlx::query_scalar("SELECT seen_at FROM learner WHERE id = ?")
            .bind(id.as_str())
            .fetch_optional(&self.pool)
            .await
            .map_err(StoreError::query("read a learner"))?;
        if seen_at.is_some_and(|seen_at| now - seen_at < A_MINUTE) {
            return Ok(());
        }
        sqlx::query(
            "INSERT INTO learner (id, created_at, seen_at) VALUES (?1, ?2, ?2)
             ON CONFLICT (id) DO UPDATE SET seen_at = ?2",
        )
        .bind(id.as_str())
        .bind(now)
        .execute(&self.writes)
        .await
        .map_err(StoreError::query("note a learner"))?;
        Ok(())
    }

    /// Whether there is a learner of that id.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn knows_learner(&self, id: &LearnerId) -> Result<bool, StoreError> {
        sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM learner WHERE id = ?)")
            .bind(id.as_str())
            .fetch_one(&self.pool)
            .await
            .map_err(StoreError::query("read a learner"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_learner_is_noted_once() {
        let store = Store::in_memory().await.unwrap();
        let id = LearnerId("l1".into());
        assert!(!store.knows_learner(&id).await.unwrap());
        store.note_learner(&id, 1).await.unwrap();
        store.note_learner(&id, 2).await.unwrap();
        assert!(store.knows_learner(&id).await.unwrap());
    }
}
