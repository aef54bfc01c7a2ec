//! Hints, solutions and what grading says while it looks.
//! Invariant: HTML here is rendered by the server from the exercise's own Markdown, never from a learner's input.

use domain::id::CheckId;
use serde::{Deserialize, Serialize};

/// The answer of `POST /api/exercises/{id}/hints`: the next hint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RevealedHint {
    /// Which, from 1.
    pub number: u32,
    /// Of how many.
    pub of: u32,
    /// Its text.
    pub html: String,
}

/// The answer of `POST /api/exercises/{id}/solution`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Solution {
    /// The explanation.
    pub html: String,
    /// Its files, the steps first (`solve.sh`).
    pub files: Vec<SolutionFile>,
}

/// A file of a solution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SolutionFile {
    /// Relative to the working folder.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// A `looking` event of an attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Looking {
    /// The check that is looked at now.
    pub check: CheckId,
}
