//! The home page: what to do next.
//! Invariant: there is always something to do, unless everything is solved.

use serde::{Deserialize, Serialize};

use super::{ChapterCard, ExerciseCard};
use crate::api::Lease;

/// The page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Home {
    /// Sandboxes of this visitor that are still living, newest first.
    pub living: Vec<LivingLease>,
    /// The exercise to do next: begun before untouched, in the curriculum's order.
    pub next_exercise: Option<ExerciseCard>,
    /// The chapter that goes with it, else the first.
    pub next_chapter: Option<ChapterCard>,
    /// All parts.
    pub parts: Vec<PartCard>,
    /// What there is and what is done.
    pub totals: Totals,
}

/// A living sandbox to go back to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LivingLease {
    /// The lease.
    pub lease: Lease,
    /// Its exercise; `None` for a free sandbox.
    pub exercise: Option<ExerciseCard>,
}

/// A part in sum.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartCard {
    /// Number, title, summary.
    pub part: domain::chapter::Part,
    /// Number of chapters.
    pub chapters: u32,
    /// Reading time of all of them.
    pub minutes: u32,
    /// Number of exercises.
    pub exercises: u32,
    /// Those solved by this visitor.
    pub solved: u32,
}

/// What there is and what is done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Chapters.
    pub chapters: u32,
    /// Cheat-sheet entries.
    pub entries: u32,
    /// Exercises.
    pub exercises: u32,
    /// Exercises solved by this visitor.
    pub solved: u32,
    /// Best points over all exercises.
    pub points: u32,
    /// Points of all exercises.
    pub of_points: u32,
}
