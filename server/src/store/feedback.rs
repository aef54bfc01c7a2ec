//! What readers said of sections.

use domain::{
    feedback::{Feedback, Opinion},
    id::LearnerId,
};
use sqlx::Row as _;

use super::{Store, StoreError};

/// A reader says no more than this in a day.
const OF_ONE: i64 = 30;
/// All readers together say no more than this in a day: a cookie costs nothing, a disk does.
const OF_ALL: i64 = 5_000;
const DAY_SECONDS: i64 = 24 * 60 * 60;

/// Something that was said, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// What.
    pub feedback: Feedback,
    /// Unix seconds.
    pub said_at: i64,
}

impl Store {
    /// Keep what a reader says; false when that is too much for one day.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn say(&self, learner: &LearnerId, feedback: &Feedback, now: i64) -> Result<bool, StoreError> {
        let kept = sqlx::query(
            "INSERT INTO feedback (learner, section, opinion, text, said_at)
             SELECT ?1, ?2, ?3, ?4, ?5
             WHERE (SELECT count(*) FROM feedback WHERE learner = ?1 AND said_at > ?5 - ?6) < ?7
               AND (SELECT count(*) FROM feedback WHERE said_at > ?5 - ?6) < ?8",
        )
        .bind(learner.as_str())
        .bind(String::from(feedback.section.clone()))
        .bind(feedback.opinion.as_str())
        .bind(feedback.text.trim())
        .bind(now)
        .bind(DAY_SECONDS)
        .bind(OF_ONE)
        .bind(OF_ALL)
        .execute(&self.writes)
        .await
        .map_err(StoreError::query("keep feedback"))?;
        Ok(kept.rows_affected() == 1)
    }

    /// All that was said since a time, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn said_since(&self, since: i64) -> Result<Vec<Said>, StoreError> {
        let corrupt = || StoreError::Corrupt { what: "feedback" };
        sqlx::query("SELECT section, opinion, text, said_at FROM feedback WHERE said_at >= ? ORDER BY said_at, id")
            .bind(since)
            .fetch_all(&self.pool)
            .await
            .map_err(StoreError::query("read feedback"))?
            .iter()
            .map(|row| {
                let section = row.get::<String, _>("section").try_into().map_err(|_| corrupt())?;
                let opinion = Opinion::parse(row.get("opinion")).ok_or_else(corrupt)?;
                let feedback = Feedback { section, opinion, text: row.get("text") };
                Ok(Said { feedback, said_at: row.get("said_at") })
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn feedback(text: &str) -> Feedback {
        let section = "layers#x".to_owned().try_into().unwrap();
        Feedback { section, opinion: Opinion::Mistake, text: text.to_owned() }
    }

    #[tokio::test]
    async fn what_is_said_is_kept_up_to_a_daily_measure() {
        let store = Store::in_memory().await.unwrap();
        let (ann, bob) = (LearnerId("a".into()), LearnerId("b".into()));
        for learner in [&ann, &bob] {
            store.note_learner(learner, 1).await.unwrap();
        }
        for time in 0..OF_ONE {
            assert!(store.say(&ann, &feedback(&format!(" {time} ")), time).await.unwrap());
        }
        assert!(!store.say(&ann, &feedback("one more"), OF_ONE).await.unwrap());
        assert!(store.say(&bob, &feedback("teh"), OF_ONE).await.unwrap());
        assert!(store.say(&ann, &feedback("the day after"), DAY_SECONDS + 5).await.unwrap());
        let said = store.said_since(OF_ONE).await.unwrap();
        let texts: Vec<&str> = said.iter().map(|it| it.feedback.text.as_str()).collect();
        assert_eq!(texts, ["teh", "the day after"]);
        assert_eq!(store.said_since(0).await.unwrap()[3].feedback.text, "3");
    }
}
