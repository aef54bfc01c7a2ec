//! Progress: everything a visitor has done.
//! Invariant: every exercise has a line, also the untouched ones.

use domain::{attempt::Attempt, chapter::Part, progress::ExerciseProgress};
use serde::{Deserialize, Serialize};

use super::{ExerciseCard, Totals};

/// The page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProgressPage {
    /// Sums.
    pub totals: Totals,
    /// By part, in order.
    pub parts: Vec<PartOfProgress>,
    /// The latest attempts, newest first; at most 20.
    pub latest: Vec<AttemptLine>,
}

/// A part with its lines.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PartOfProgress {
    /// Number, title, summary.
    pub part: Part,
    /// In order.
    pub lines: Vec<ProgressLine>,
}

/// One exercise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProgressLine {
    /// As in lists.
    pub card: ExerciseCard,
    /// What counts.
    pub progress: ExerciseProgress,
}

/// One attempt with the title of its exercise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AttemptLine {
    /// Title of the exercise.
    pub title: String,
    /// The attempt.
    pub attempt: Attempt,
}
