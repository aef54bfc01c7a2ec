//! Attempts as stored, with verdict and evidence. A graded attempt raises progress in the same transaction.

use domain::{
    attempt::{Attempt, AttemptState},
    id::{AttemptId, ExerciseId, LearnerId, LeaseId},
    progress::ExerciseProgress,
    regrade::Seen,
    verdict::Verdict,
};
use sqlx::{Row as _, sqlite::SqliteRow};

use super::{Store, StoreError};

/// What a verdict rests on.
#[derive(Debug, Clone, Copy)]
pub struct Grounds<'a> {
    /// What was seen, by check.
    pub seen: &'a [Seen],
    /// SHA-256 over the archives that were judged, in hexadecimal digits; `None` when none were.
    pub artefact: Option<&'a str>,
    /// The attempt's own random word.
    pub fresh: &'a str,
}

/// A graded attempt with what is needed to judge it again.
#[derive(Debug, Clone)]
pub struct Regradable {
    /// The attempt.
    pub attempt: Attempt,
    /// Whose.
    pub learner: LearnerId,
    /// The lease's secret.
    pub canary: String,
    /// The lease's random word.
    pub nonce: String,
    /// The attempt's random word.
    pub fresh: String,
    /// What was seen.
    pub seen: Vec<Seen>,
}

fn read(row: &SqliteRow) -> Result<Attempt, StoreError> {
    let corrupt = || StoreError::Corrupt { what: "attempt" };
    let state: String = row.get("state");
    let verdict: Option<String> = row.get("verdict");
    Ok(Attempt {
        id: AttemptId(row.get("id")),
        exercise: ExerciseId::try_from(row.get::<String, _>("exercise")).map_err(|_| corrupt())?,
        revision: row.get("revision"),
        lease: LeaseId(row.get("lease")),
        number: row.get("number"),
        state: match state.as_str() {
            "running" => AttemptState::Running,
            "graded" => AttemptState::Graded,
            "abandoned" => AttemptState::Abandoned,
            _ => return Err(corrupt()),
        },
        started_at: row.get("started_at"),
        graded_at: row.get("graded_at"),
        verdict: verdict.map(|text| serde_json::from_str(&text)).transpose().map_err(|_| corrupt())?,
        kept: row.get("kept"),
    })
}

impl Store {
    /// Begin an attempt with the next number. `None` when one is running for that lease.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn begin_attempt(
        &self,
        id: &AttemptId,
        learner: &LearnerId,
        lease: &LeaseId,
        exercise: &ExerciseId,
        revision: u32,
        now: i64,
    ) -> Result<Option<Attempt>, StoreError> {
        let row = sqlx::query(
            "INSERT INTO attempt (id, learner, exercise, revision, lease, number, state, started_at)
             SELECT ?1, ?2, ?3, ?4, ?5, coalesce(max(number), 0) + 1, 'running', ?6
             FROM attempt WHERE learner = ?2 AND exercise = ?3
             ON CONFLICT (lease) WHERE state = 'running' DO NOTHING
             RETURNING *, FALSE AS kept",
        )
        .bind(id.as_str())
        .bind(learner.as_str())
        .bind(exercise.as_str())
        .bind(revision)
        .bind(lease.as_str())
        .bind(now)
        .fetch_optional(&self.writes)
        .await
        .map_err(StoreError::query("begin an attempt"))?;
        row.as_ref().map(read).transpose()
    }

    /// Store the verdict of a running attempt, with what it rests on, and raise progress. False when it was not running
    /// any more.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn grade_attempt(
        &self,
        id: &AttemptId,
        verdict: &Verdict,
        grounds: &Grounds<'_>,
        now: i64,
    ) -> Result<bool, StoreError> {
        let doing = "store a verdict";
        let text = serde_json::to_string(verdict).map_err(|_| StoreError::Corrupt { what: "verdict" })?;
        let evidence = serde_json::to_string(grounds.seen).map_err(|_| StoreError::Corrupt { what: "evidence" })?;
        let mut transaction = self.writes.begin().await.map_err(StoreError::query(doing))?;
        let row: Option<(String, String)> = sqlx::query_as(
            "UPDATE attempt SET state = 'graded', graded_at = ?, verdict = ?, evidence = ?, artefact = ?, fresh = ?
             WHERE id = ? AND state = 'running' RETURNING learner, exercise",
        )
        .bind(now)
        .bind(text)
        .bind(evidence)
        .bind(grounds.artefact)
        .bind(grounds.fresh)
        .bind(id.as_str())
        .fetch_optional(&mut *transaction)
        .await
        .map_err(StoreError::query(doing))?;
        let Some((learner, exercise)) = row else { return Ok(false) };
        let exercise = ExerciseId::try_from(exercise).map_err(|_| StoreError::Corrupt { what: "attempt" })?;
        let before = super::progress::read_one(&mut transaction, &learner, &exercise).await?;
        let after = before.unwrap_or_else(|| ExerciseProgress::none(exercise)).after(verdict, now);
        super::progress::write_one(&mut transaction, &learner, &after).await?;
        transaction.commit().await.map_err(StoreError::query(doing))?;
        Ok(true)
    }

    /// Graded attempts at an exercise of which enough is kept to judge them again, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn attempts_to_regrade(&self, exercise: &ExerciseId) -> Result<Vec<Regradable>, StoreError> {
        let corrupt = || StoreError::Corrupt { what: "attempt" };
        sqlx::query(
            "SELECT attempt.*, lease.canary, lease.nonce FROM attempt_known AS attempt JOIN lease ON lease.id = attempt.lease
             WHERE attempt.exercise = ? AND attempt.state = 'graded' AND attempt.fresh IS NOT NULL
             ORDER BY attempt.started_at, attempt.id",
        )
        .bind(exercise.as_str())
        .fetch_all(&self.pool)
        .await
        .map_err(StoreError::query("read attempts"))?
        .iter()
        .map(|row| {
            let evidence: String = row.try_get("evidence").map_err(|_| corrupt())?;
            Ok(Regradable {
                attempt: read(row)?,
                learner: LearnerId(row.get("learner")),
                canary: row.get("canary"),
                nonce: row.get("nonce"),
                fresh: row.get("fresh"),
                seen: serde_json::from_str(&evidence).map_err(|_| corrupt())?,
            })
        })
        .collect()
    }

    /// Store another verdict on a graded attempt, by a revision of its exercise, and raise progress.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn regrade_attempt(
        &self,
        of: &Regradable,
        verdict: &Verdict,
        revision: u32,
        now: i64,
    ) -> Result<(), StoreError> {
        let doing = "store another verdict";
        let text = serde_json::to_string(verdict).map_err(|_| StoreError::Corrupt { what: "verdict" })?;
        let mut transaction = self.writes.begin_with("BEGIN IMMEDIATE").await.map_err(StoreError::query(doing))?;
        sqlx::query("UPDATE attempt SET verdict = ?, revision = ? WHERE id = ? AND state = 'graded'")
            .bind(text)
            .bind(revision)
            .bind(of.attempt.id.as_str())
            .execute(&mut *transaction)
            .await
            .map_err(StoreError::query(doing))?;
        let exercise = of.attempt.exercise.clone();
        let before = super::progress::read_one(&mut transaction, of.learner.as_str(), &exercise).await?;
        let after = before.unwrap_or_else(|| ExerciseProgress::none(exercise)).raised(verdict, now);
        super::progress::write_one(&mut transaction, of.learner.as_str(), &after).await?;
        transaction.commit().await.map_err(StoreError::query(doing))
    }

    /// End a running attempt without a verdict.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn abandon_attempt(&self, id: &AttemptId) -> Result<(), StoreError> {
        sqlx::query("UPDATE attempt SET state = 'abandoned' WHERE id = ? AND state = 'running'")
            .bind(id.as_str())
            .execute(&self.writes)
            .await
            .map_err(StoreError::query("abandon an attempt"))?;
        Ok(())
    }

    /// End every running attempt: at start, when no task can be grading them.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn abandon_running_attempts(&self) -> Result<u64, StoreError> {
        let done = sqlx::query("UPDATE attempt SET state = 'abandoned' WHERE state = 'running'")
            .execute(&self.writes)
            .await
            .map_err(StoreError::query("abandon attempts"))?;
        Ok(done.rows_affected())
    }

    /// An attempt of that learner.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn attempt(&self, learner: &LearnerId, id: &AttemptId) -> Result<Option<Attempt>, StoreError> {
        sqlx::query("SELECT * FROM attempt_known WHERE learner = ? AND id = ?")
            .bind(learner.as_str())
            .bind(id.as_str())
            .fetch_optional(&self.pool)
            .await
            .map_err(StoreError::query("read an attempt"))?
            .as_ref()
            .map(read)
            .transpose()
    }

    /// A learner's latest attempts at anything, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn latest_attempts(&self, learner: &LearnerId, most: u32) -> Result<Vec<Attempt>, StoreError> {
        sqlx::query("SELECT * FROM attempt_known WHERE learner = ? ORDER BY started_at DESC, number DESC LIMIT ?")
            .bind(learner.as_str())
            .bind(most)
            .fetch_all(&self.pool)
            .await
            .map_err(StoreError::query("read attempts"))?
            .iter()
            .map(read)
            .collect()
    }

    /// A learner's latest attempts at an exercise, newest first, at most 50.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn attempts(&self, learner: &LearnerId, exercise: &ExerciseId) -> Result<Vec<Attempt>, StoreError> {
        sqlx::query("SELECT * FROM attempt_known WHERE learner = ? AND exercise = ? ORDER BY number DESC LIMIT 50")
            .bind(learner.as_str())
            .bind(exercise.as_str())
            .fetch_all(&self.pool)
            .await
            .map_err(StoreError::query("read attempts"))?
            .iter()
            .map(read)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::lease::tests::lease;

    fn verdict(points: u32, passed: bool) -> Verdict {
        Verdict { results: Vec::new(), points, of_points: 5, passed }
    }

    #[tokio::test]
    async fn attempts_count_once_and_raise_progress() {
        let store = Store::in_memory().await.unwrap();
        let learner = LearnerId("a".into());
        let exercise: ExerciseId = "x".parse().unwrap();
        store.note_learner(&learner, 1).await.unwrap();
        let lease = store.open_lease(&lease("1", "a", Some("x"))).await.unwrap().id;
        let begin = async |id: &str| {
            store.begin_attempt(&AttemptId(id.into()), &learner, &lease, &exercise, 1, 7).await.unwrap()
        };
        let first = begin("t1").await.unwrap();
        assert_eq!((first.number, first.state), (1, AttemptState::Running));
        assert!(begin("t2").await.is_none(), "one at a time");
        let grounds = Grounds { seen: &[], artefact: Some("d"), fresh: "word" };
        assert!(store.grade_attempt(&first.id, &verdict(3, false), &grounds, 8).await.unwrap());
        assert!(!store.grade_attempt(&first.id, &verdict(5, true), &grounds, 9).await.unwrap());
        let second = begin("t3").await.unwrap();
        assert_eq!(second.number, 2);
        store.grade_attempt(&second.id, &verdict(5, true), &grounds, 9).await.unwrap();
        let progress = store.progress_of(&learner, &exercise).await.unwrap();
        assert_eq!((progress.attempts, progress.best_points, progress.solved_at), (2, 5, Some(9)));
        begin("t4").await.unwrap();
        assert_eq!(store.abandon_running_attempts().await.unwrap(), 1);
        let all = store.attempts(&learner, &exercise).await.unwrap();
        let states: Vec<_> = all.iter().map(|attempt| attempt.state).collect();
        assert_eq!(states, [AttemptState::Abandoned, AttemptState::Graded, AttemptState::Graded]);
        assert_eq!(store.latest_attempts(&learner, 2).await.unwrap().len(), 2);
        let other = LearnerId("b".into());
        assert!(store.attempt(&other, &first.id).await.unwrap().is_none(), "nobody else reads it");
        assert_eq!(store.attempt(&learner, &first.id).await.unwrap().unwrap().verdict, Some(verdict(3, false)));
    }
    #[tokio::test]
    async fn a_graded_attempt_is_judged_again_without_counting_twice() {
        let store = Store::in_memory().await.unwrap();
        let (learner, exercise): (_, ExerciseId) = (LearnerId("a".into()), "x".parse().unwrap());
        store.note_learner(&learner, 1).await.unwrap();
        let lease = store.open_lease(&lease("1", "a", Some("x"))).await.unwrap().id;
        let id = AttemptId("t1".into());
        store.begin_attempt(&id, &learner, &lease, &exercise, 1, 7).await.unwrap();
        let grounds = Grounds { seen: &[], artefact: None, fresh: "word" };
        store.grade_attempt(&id, &verdict(3, false), &grounds, 8).await.unwrap();
        let all = store.attempts_to_regrade(&exercise).await.unwrap();
        let kept = all.first().unwrap();
        assert_eq!((kept.canary.as_str(), kept.nonce.as_str(), kept.fresh.as_str()), ("c", "n", "word"));
        store.regrade_attempt(kept, &verdict(5, true), 2, 9).await.unwrap();
        let attempt = store.attempt(&learner, &id).await.unwrap().unwrap();
        assert_eq!((attempt.revision, attempt.verdict), (2, Some(verdict(5, true))));
        let progress = store.progress_of(&learner, &exercise).await.unwrap();
        assert_eq!((progress.attempts, progress.best_points, progress.solved_at), (1, 5, Some(9)));
    }
}
