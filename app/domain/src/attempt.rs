//! Attempts: one press of Check, as stored and as listed.

use serde::{Deserialize, Serialize};

use crate::{
    id::{AttemptId, ExerciseId, LeaseId},
    verdict::Verdict,
};

/// Where an attempt stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttemptState {
    /// Being graded.
    Running,
    /// Graded.
    Graded,
    /// The server was stopped, or the sandbox ended, before the verdict.
    Abandoned,
}

impl AttemptState {
    /// As stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Graded => "graded",
            Self::Abandoned => "abandoned",
        }
    }
}

/// An attempt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attempt {
    /// Its id.
    pub id: AttemptId,
    /// Which exercise.
    pub exercise: ExerciseId,
    /// The exercise's revision that judged it.
    pub revision: u32,
    /// Whose sandbox.
    pub lease: LeaseId,
    /// Number among the learner's attempts at this exercise, from 1.
    pub number: u32,
    /// Where it stands.
    pub state: AttemptState,
    /// When it began, Unix seconds.
    pub started_at: i64,
    /// When it was graded, Unix seconds.
    pub graded_at: Option<i64>,
    /// The verdict, once graded.
    pub verdict: Option<Verdict>,
    /// The files as they were at it are kept, to go back to.
    #[serde(default)]
    pub kept: bool,
}
