//! A check: one claim that must hold, how to look, and what to expect.
//! Its kind follows from how it looks: state, artifact or rerun.

use serde::{Deserialize, Serialize};

use crate::{
    chapter::SectionRef,
    expectation::Expectation,
    id::{CheckId, ScenarioId},
    probe::Probe,
};

/// One claim that must hold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// Name, unique within the exercise.
    pub id: CheckId,
    /// What must hold, as a plain statement: "The image runs as a user other than root".
    pub claim: String,
    /// Why it matters, one or two sentences.
    pub why: String,
    /// The section that explains it.
    pub section: SectionRef,
    /// Worth; 1 unless told.
    #[serde(default = "one")]
    pub points: u32,
    /// Checks that must pass before this one is looked at.
    #[serde(default)]
    pub after: Vec<CheckId>,
    /// Where to look: a scenario's fresh sandbox; the learner's own sandbox unless told.
    #[serde(default, rename = "in")]
    pub scenario: Option<ScenarioId>,
    /// On which of the learner's hosts to look; the first unless told.
    #[serde(default)]
    pub on: Host,
    /// How to look.
    pub probe: Probe,
    /// What to expect, all of it.
    pub expect: Vec<Expectation>,
}

fn one() -> u32 {
    1
}

/// A host of a sandbox.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Host {
    /// The one that the learner sits at.
    #[default]
    First,
    /// The one beside it, of exercises that need two.
    Second,
}

/// How far a check can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CheckKind {
    /// Asked of the learner's own engine: quick, forgeable; for feedback and progress.
    State,
    /// Judged on bytes taken out of the sandbox; the default for credit.
    Artifact,
    /// Judged in a fresh sandbox; for certificates and sign-off.
    Rerun,
}

impl Check {
    /// Its kind, from where and how it looks.
    #[must_use]
    pub fn kind(&self) -> CheckKind {
        if self.scenario.is_some() {
            CheckKind::Rerun
        } else if self.probe.judges_bytes() {
            CheckKind::Artifact
        } else {
            CheckKind::State
        }
    }
}
