//! Announcements: learners who will come, for whom sandboxes are made ahead.

use sqlx::{Row as _, sqlite::SqliteRow};

use super::{Store, StoreError};

/// An announcement. Times in Unix seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announcement {
    /// Its id.
    pub id: String,
    /// How many learners.
    pub number: u32,
    /// When they come.
    pub starts_at: i64,
    /// Who has not come by then is not waited for any more.
    pub ends_at: i64,
    /// What for, in the operator's words.
    pub note: String,
}

fn read(row: &SqliteRow) -> Announcement {
    Announcement {
        id: row.get("id"),
        number: row.get("number"),
        starts_at: row.get("starts_at"),
        ends_at: row.get("ends_at"),
        note: row.get("note"),
    }
}

impl Store {
    /// Store an announcement.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn announce(&self, new: &Announcement) -> Result<(), StoreError> {
        sqlx::query("INSERT INTO announcement (id, number, starts_at, ends_at, note) VALUES (?, ?, ?, ?, ?)")
            .bind(&new.id)
            .bind(new.number)
            .bind(new.starts_at)
            .bind(new.ends_at)
            .bind(&new.note)
            .execute(&self.writes)
            .await
            .map_err(StoreError::query("announce learners"))?;
        Ok(())
    }

    /// Announcements that are not over, the next first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn announcements(&self, now: i64) -> Result<Vec<Announcement>, StoreError> {
        let rows = sqlx::query("SELECT * FROM announcement WHERE ends_at > ? ORDER BY starts_at, id")
            .bind(now)
            .fetch_all(&self.pool)
            .await
            .map_err(StoreError::query("read announcements"))?;
        Ok(rows.iter().map(read).collect())
    }

    /// Take an announcement back. False when there is none of that id.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn cancel_announcement(&self, id: &str) -> Result<bool, StoreError> {
        let done = sqlx::query("DELETE FROM announcement WHERE id = ?")
            .bind(id)
            .execute(&self.writes)
            .await
            .map_err(StoreError::query("take an announcement back"))?;
        Ok(done.rows_affected() == 1)
    }

    /// Leases that have come since then: whose sandbox became ready, and those that still wait for theirs.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn count_come_since(&self, since: i64) -> Result<u32, StoreError> {
        sqlx::query_scalar("SELECT count(*) FROM lease WHERE ready_at >= ? OR state IN ('queued', 'starting')")
            .bind(since)
            .fetch_one(&self.pool)
            .await
            .map_err(StoreError::query("count leases"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_over_or_taken_back_is_not_told() {
        let store = Store::in_memory().await.unwrap();
        let new = |id: &str, starts_at, ends_at| Announcement {
            id: id.into(),
            number: 5,
            starts_at,
            ends_at,
            note: "a class".into(),
        };
        for one in [new("b", 20, 30), new("a", 10, 15), new("c", 30, 40)] {
            store.announce(&one).await.unwrap();
        }
        let ids = async |now| store.announcements(now).await.unwrap().into_iter().map(|one| one.id).collect::<Vec<_>>();
        assert_eq!(ids(0).await, ["a", "b", "c"]);
        assert_eq!(ids(15).await, ["b", "c"]);
        assert!(store.cancel_announcement("b").await.unwrap());
        assert!(!store.cancel_announcement("b").await.unwrap());
        assert_eq!(store.announcements(15).await.unwrap(), [new("c", 30, 40)]);
    }
}
