//! Progress: what counts for a learner, kept apart from sandboxes.
//! Invariant: it never falls; a later, worse attempt takes nothing away.

use serde::{Deserialize, Serialize};

use crate::{id::ExerciseId, verdict::Verdict};

/// How far a learner is with one exercise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExerciseProgress {
    /// Which exercise.
    pub exercise: ExerciseId,
    /// The most points reached in one attempt.
    pub best_points: u32,
    /// Points of all checks then.
    pub of_points: u32,
    /// Number of graded attempts.
    pub attempts: u32,
    /// When it was first solved, Unix seconds.
    pub solved_at: Option<i64>,
    /// Hints taken.
    pub hints: u32,
}

impl ExerciseProgress {
    /// Nothing done yet.
    #[must_use]
    pub fn none(exercise: ExerciseId) -> Self {
        Self { exercise, best_points: 0, of_points: 0, attempts: 0, solved_at: None, hints: 0 }
    }

    /// After one more verdict at `now` (Unix seconds).
    #[must_use]
    pub fn after(mut self, verdict: &Verdict, now: i64) -> Self {
        self.attempts += 1;
        self.raised(verdict, now)
    }

    /// After a verdict on an attempt that has been counted before.
    #[must_use]
    pub fn raised(mut self, verdict: &Verdict, now: i64) -> Self {
        if verdict.points >= self.best_points {
            self.best_points = verdict.points;
            self.of_points = verdict.of_points;
        }
        if verdict.passed && self.solved_at.is_none() {
            self.solved_at = Some(now);
        }
        self
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn verdict(points: u32, passed: bool) -> Verdict {
        Verdict { results: Vec::new(), points, of_points: 5, passed }
    }

    #[test]
    fn progress_never_falls() {
        let none = ExerciseProgress::none("x".parse().unwrap());
        let solved = none.after(&verdict(5, true), 10);
        let later = solved.clone().after(&verdict(1, false), 20).after(&verdict(5, true), 30);
        assert_eq!((later.best_points, later.attempts, later.solved_at), (5, 3, Some(10)));
        assert_eq!(solved.attempts, 1);
        let again = later.raised(&verdict(4, false), 40);
        assert_eq!((again.best_points, again.attempts), (5, 3));
    }
}
