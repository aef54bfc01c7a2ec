//! Progress as stored: points, hints taken, solutions opened.

use domain::{
    id::{ExerciseId, LearnerId},
    progress::ExerciseProgress,
};
use sqlx::{Row as _, SqliteConnection, sqlite::SqliteRow};

use super::{Store, StoreError};

fn read(row: &SqliteRow) -> Result<ExerciseProgress, StoreError> {
    let exercise = ExerciseId::try_from(row.get::<String, _>("exercise"));
    Ok(ExerciseProgress {
        exercise: exercise.map_err(|_| StoreError::Corrupt { what: "progress" })?,
        best_points: row.get("best_points"),
        of_points: row.get("of_points"),
        attempts: row.get("attempts"),
        solved_at: row.get("solved_at"),
        hints: row.get("hints"),
    })
}

pub(super) async fn read_one(
    connection: &mut SqliteConnection,
    learner: &str,
    exercise: &ExerciseId,
) -> Result<Option<ExerciseProgress>, StoreError> {
    sqlx::query("SELECT * FROM progress WHERE learner = ? AND exercise = ?")
        .bind(learner)
        .bind(exercise.as_str())
        .fetch_optional(connection)
        .await
        .map_err(StoreError::query("read progress"))?
        .as_ref()
        .map(read)
        .transpose()
}

pub(super) async fn write_one(
    connection: &mut SqliteConnection,
    learner: &str,
    progress: &ExerciseProgress,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO progress (learner, exercise, best_points, of_points, attempts, solved_at)
         VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (learner, exercise) DO UPDATE SET best_points = excluded.best_points,
             of_points = excluded.of_points, attempts = excluded.attempts, solved_at = excluded.solved_at",
    )
    .bind(learner)
    .bind(progress.exercise.as_str())
    .bind(progress.best_points)
    .bind(progress.of_points)
    .bind(progress.attempts)
    .bind(progress.solved_at)
    .execute(connection)
    .await
    .map_err(StoreError::query("raise progress"))?;
    Ok(())
}

impl Store {
    /// A learner's progress with one exercise.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn progress_of(
        &self,
        learner: &LearnerId,
        exercise: &ExerciseId,
    ) -> Result<ExerciseProgress, StoreError> {
        let mut connection = self.pool.acquire().await.map_err(StoreError::query("read progress"))?;
        let found = read_one(&mut connection, learner.as_str(), exercise).await?;
        Ok(found.unwrap_or_else(|| ExerciseProgress::none(exercise.clone())))
    }

    /// A learner's progress with every exercise that was begun.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn progress(&self, learner: &LearnerId) -> Result<Vec<ExerciseProgress>, StoreError> {
        sqlx::query("SELECT * FROM progress WHERE learner = ? ORDER BY exercise")
            .bind(learner.as_str())
            .fetch_all(&self.pool)
            .await
            .map_err(StoreError::query("read progress"))?
            .iter()
            .map(read)
            .collect()
    }

    /// Take the next hint of `of`; returns its number from 1, or `of` when all are taken.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn take_hint(&self, learner: &LearnerId, exercise: &ExerciseId, of: u32) -> Result<u32, StoreError> {
        sqlx::query_scalar(
            "INSERT INTO progress (learner, exercise, hints) VALUES (?1, ?2, min(1, ?3))
             ON CONFLICT (learner, exercise) DO UPDATE SET hints = min(hints + 1, ?3) RETURNING hints",
        )
        .bind(learner.as_str())
        .bind(exercise.as_str())
        .bind(of)
        .fetch_one(&self.writes)
        .await
        .map_err(StoreError::query("take a hint"))
    }

    /// Note that the solution was opened.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn open_solution(&self, learner: &LearnerId, exercise: &ExerciseId, now: i64) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO progress (learner, exercise, solution_at) VALUES (?, ?, ?)
             ON CONFLICT (learner, exercise) DO UPDATE SET solution_at = coalesce(solution_at, excluded.solution_at)",
        )
        .bind(learner.as_str())
        .bind(exercise.as_str())
        .bind(now)
        .execute(&self.writes)
        .await
        .map_err(StoreError::query("open a solution"))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn hints_are_taken_one_by_one() {
        let store = Store::in_memory().await.unwrap();
        let (learner, exercise) = (LearnerId("a".into()), "x".parse().unwrap());
        store.note_learner(&learner, 1).await.unwrap();
        for wanted in [1, 2, 2] {
            assert_eq!(store.take_hint(&learner, &exercise, 2).await.unwrap(), wanted);
        }
        store.open_solution(&learner, &exercise, 5).await.unwrap();
        assert_eq!(store.progress(&learner).await.unwrap().len(), 1);
    }
}
