//! Secrets that the server makes for itself once and keeps: no default secrets anywhere.

use rand::RngCore as _;

use super::{Store, StoreError};

impl Store {
    /// The secret of that name, 64 random bytes made at the first call.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn secret(&self, name: &str) -> Result<Vec<u8>, StoreError> {
        let mut fresh = vec![0_u8; 64];
        rand::rng().fill_bytes(&mut fresh);
        sqlx::query("INSERT INTO server_secret (name, value) VALUES (?, ?) ON CONFLICT (name) DO NOTHING")
            .bind(name)
            .bind(&fresh)
            .execute(&self.writes)
            .await
            .map_err(StoreError::query("keep a secret"))?;
        sqlx::query_scalar("SELECT value FROM server_secret WHERE name = ?")
            .bind(name)
            .fetch_one(&self.pool)
            .await
            .map_err(StoreError::query("read a secret"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_secret_is_made_once() {
        let store = Store::in_memory().await.unwrap();
        let first = store.secret("cookie").await.unwrap();
        assert_eq!(first.len(), 64);
        assert_eq!(store.secret("cookie").await.unwrap(), first);
        assert_ne!(store.secret("other").await.unwrap(), first);
    }
}
