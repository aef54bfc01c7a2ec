//! Verdicts: the outcome of each check of one attempt, with what a learner needs to go on.
//! Invariant: an infrastructure fault is `CouldNotRun`, never `Failed`.

use serde::{Deserialize, Serialize};

use crate::{chapter::SectionRef, check::CheckKind, id::CheckId};

/// What came of one check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The claim holds.
    Passed,
    /// The claim does not hold.
    Failed,
    /// Nobody could tell.
    CouldNotRun,
}

/// Why a check could not run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "because", rename_all = "snake_case")]
pub enum Because {
    /// A check that it builds on has not passed.
    Waits {
        /// That check.
        check: CheckId,
    },
    /// A fault on our side.
    Fault {
        /// A plain sentence.
        reason: String,
    },
}

/// One check's result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CheckResult {
    /// Which check.
    pub check: CheckId,
    /// What must hold.
    pub claim: String,
    /// State, artifact or rerun.
    pub kind: CheckKind,
    /// What came of it.
    pub outcome: Outcome,
    /// Why it could not run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<Because>,
    /// What was expected, as a phrase; of the first expectation that does not hold, else of the first.
    pub expected: String,
    /// What was seen.
    pub observed: String,
    /// Why it matters.
    pub why: String,
    /// The section that explains it.
    pub section: SectionRef,
    /// Its worth.
    pub points: u32,
    /// The checks that it builds on.
    #[serde(default)]
    pub after: Vec<CheckId>,
}

/// An attempt's result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// In the exercise's order.
    pub results: Vec<CheckResult>,
    /// Points of the passed checks.
    pub points: u32,
    /// Points of all checks.
    pub of_points: u32,
    /// Every check passed.
    pub passed: bool,
}

impl Verdict {
    /// Sum up results.
    #[must_use]
    pub fn of(results: Vec<CheckResult>) -> Self {
        let passed_points = |result: &CheckResult| if result.outcome == Outcome::Passed { result.points } else { 0 };
        Self {
            points: results.iter().map(passed_points).sum(),
            of_points: results.iter().map(|result| result.points).sum(),
            passed: !results.is_empty() && results.iter().all(|result| result.outcome == Outcome::Passed),
            results,
        }
    }

    /// The checks that failed.
    #[must_use]
    pub fn failed(&self) -> Vec<&CheckId> {
        self.results.iter().filter(|result| result.outcome == Outcome::Failed).map(|result| &result.check).collect()
    }

    /// True when a fault on our side kept a check from running.
    #[must_use]
    pub fn has_fault(&self) -> bool {
        self.results.iter().any(|result| matches!(result.because, Some(Because::Fault { .. })))
    }
}
