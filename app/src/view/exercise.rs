//! Exercises: the list, and one exercise with what the visitor has done of it.
//! Invariant: a check's probe and expectation never get here; only its claim and its worth do.

use domain::{
    attempt::Attempt,
    chapter::Part,
    check::CheckKind,
    exercise::{Level, Need},
    id::{CheckId, ExerciseId},
    lease::IsolationLevel,
    progress::ExerciseProgress,
};
use serde::{Deserialize, Serialize};

use super::SectionLink;
use crate::api::Lease;

/// The page of all exercises.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Exercises {
    /// In the curriculum's order.
    pub parts: Vec<PartOfExercises>,
}

/// A part with its exercises.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PartOfExercises {
    /// Number, title, summary.
    pub part: Part,
    /// In order.
    pub exercises: Vec<ExerciseCard>,
}

/// An exercise in a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExerciseCard {
    /// Its id.
    pub id: ExerciseId,
    /// Title, a task in the imperative.
    pub title: String,
    /// One sentence.
    pub summary: String,
    /// Number of the part.
    pub part: u8,
    /// Place within the part.
    pub order: u16,
    /// How hard.
    pub level: Level,
    /// Estimated time.
    pub minutes: u16,
    /// Points of all checks.
    pub points: u32,
    /// Number of checks.
    pub checks: u32,
    /// What it needs of the isolation level.
    pub needs: Vec<Need>,
    /// How far the visitor is.
    pub standing: Standing,
    /// Whether this server can offer it.
    pub offer: Offer,
}

impl ExerciseCard {
    /// Path below the site's root.
    #[must_use]
    pub fn url(&self) -> String {
        format!("/exercises/{}", self.id)
    }
}

/// How far a visitor is with an exercise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Standing {
    /// Nothing done yet.
    Untouched,
    /// Tried, or a sandbox is living.
    Begun {
        /// The most points reached.
        best_points: u32,
        /// Of how many.
        of_points: u32,
    },
    /// Every check passed once.
    Solved {
        /// When first, Unix seconds.
        at: i64,
    },
}

impl Standing {
    /// From progress; `living` says whether a sandbox is there.
    #[must_use]
    pub fn of(progress: &ExerciseProgress, living: bool) -> Self {
        match progress.solved_at {
            Some(at) => Self::Solved { at },
            None if progress.attempts > 0 || living => {
                Self::Begun { best_points: progress.best_points, of_points: progress.of_points }
            }
            None => Self::Untouched,
        }
    }
}

/// Whether this server can give an exercise what it needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Offer {
    /// It can.
    Offered,
    /// It cannot.
    NotOffered {
        /// Why, a sentence for people.
        why: String,
    },
}

/// An exercise to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExercisePage {
    /// As in lists.
    pub card: ExerciseCard,
    /// The part it belongs to.
    pub part: Part,
    /// The exercise's revision.
    pub revision: u32,
    /// The task.
    pub task_html: String,
    /// Where it is taught.
    pub section: SectionLink,
    /// Exercises to do first.
    pub prerequisites: Vec<ExerciseCard>,
    /// What must hold, in order.
    pub checks: Vec<CheckView>,
    /// Number of hints.
    pub hints_total: u32,
    /// Those already revealed to this visitor, rendered.
    pub hints: Vec<String>,
    /// Graded and running ones, newest first.
    pub attempts: Vec<Attempt>,
    /// What counts.
    pub progress: ExerciseProgress,
    /// Starter files.
    pub files: Vec<StarterFile>,
    /// Preloaded images that the task uses.
    pub images: Vec<String>,
    /// How strongly a sandbox is kept from the host.
    pub level: IsolationLevel,
    /// Limits that a learner sets on a container in a sandbox are enforced; otherwise they are recorded only.
    pub limits_hold: bool,
    /// The visitor's living lease for this exercise.
    pub lease: Option<Lease>,
    /// The exercise before.
    pub previous: Option<ExerciseCard>,
    /// The exercise after.
    pub next: Option<ExerciseCard>,
}

/// A check as a learner may see it beforehand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckView {
    /// Its id.
    pub id: CheckId,
    /// What must hold.
    pub claim: String,
    /// Its worth.
    pub points: u32,
    /// How far it can be trusted.
    pub kind: CheckKind,
    /// Checks that must pass before.
    pub after: Vec<CheckId>,
    /// Where it is explained.
    pub section: SectionLink,
}

/// A starter file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StarterFile {
    /// Relative to the working folder.
    pub path: String,
    /// Bytes.
    pub size: u64,
}
