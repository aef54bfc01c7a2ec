//! Exercises: what `exercise.toml` and `case.toml` say.
//! Invariant: everything an exercise does is data; nothing in Rust knows an exercise by name.

use serde::{Deserialize, Serialize};

use crate::{
    chapter::SectionRef,
    check::Check,
    id::{CheckId, ExerciseId, ScenarioId},
};

/// The format of `exercise.toml` that this version reads.
pub const FORMAT: u32 = 1;

/// `content/exercises/<id>/exercise.toml`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExerciseFile {
    /// Always [`FORMAT`].
    pub format: u32,
    /// Raised whenever checks change meaning; stored with each verdict.
    #[serde(default = "one")]
    pub revision: u32,
    /// Title, a task in the imperative.
    pub title: String,
    /// Number of the part.
    pub part: u8,
    /// Place within the part.
    pub order: u16,
    /// One sentence for lists.
    pub summary: String,
    /// How hard.
    pub level: Level,
    /// Estimated time in minutes.
    pub minutes: u16,
    /// What the isolation level must offer.
    pub needs: Vec<Need>,
    /// Preloaded images that the task uses, e.g. `debian:13`.
    pub images: Vec<String>,
    /// The section that teaches it.
    pub section: SectionRef,
    /// Exercises to do first.
    #[serde(default)]
    pub prerequisites: Vec<ExerciseId>,
    /// Words that people look for.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Hints, from nudge to nearly there.
    #[serde(default)]
    pub hint: Vec<Hint>,
    /// Fresh sandboxes for rerun checks.
    #[serde(default)]
    pub scenario: Vec<Scenario>,
    /// What must hold.
    pub check: Vec<Check>,
}

impl ExerciseFile {
    /// The sum of all checks' points.
    #[must_use]
    pub fn points(&self) -> u32 {
        self.check.iter().map(|check| check.points).sum()
    }
}

fn one() -> u32 {
    1
}

/// How hard an exercise is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// First contact.
    FirstSteps,
    /// What the job asks every week.
    Everyday,
    /// What few get right.
    Expert,
}

impl Level {
    /// As shown to learners.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::FirstSteps => "First steps",
            Self::Everyday => "Everyday",
            Self::Expert => "Expert",
        }
    }
}

/// What an exercise needs of the isolation level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Need {
    /// `docker build`.
    Build,
    /// `docker run`.
    Run,
    /// `docker compose`.
    Compose,
    /// `docker swarm`.
    Swarm,
    /// Limits on a container that hold: of memory, processes and processor time.
    Limits,
    /// Two engines joined by a network.
    TwoHosts,
}

impl Need {
    /// All of them, from what every lesson takes to what few do.
    pub const ALL: [Self; 6] = [Self::Build, Self::Run, Self::Compose, Self::Swarm, Self::Limits, Self::TwoHosts];

    /// As in files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Build => "build",
            Self::Run => "run",
            Self::Compose => "compose",
            Self::Swarm => "swarm",
            Self::Limits => "limits",
            Self::TwoHosts => "two-hosts",
        }
    }

    /// As in a sentence for people.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Build => "building images",
            Self::Run => "running containers",
            Self::Compose => "Compose",
            Self::Swarm => "Swarm",
            Self::Limits => "limits on containers",
            Self::TwoHosts => "two hosts",
        }
    }
}

/// A hint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hint {
    /// Markdown.
    pub text: String,
}

/// A fresh sandbox, never touched by a learner, in which the official steps are run for rerun checks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Name that checks use in `in`.
    pub id: ScenarioId,
    /// Images taken out of the learner's engine as archives and loaded into the fresh one.
    #[serde(default)]
    pub images: Vec<String>,
    /// Files and folders of the learner's working folder to copy; at most 5 MiB and 200 files.
    #[serde(default)]
    pub sources: Vec<String>,
    /// Files put there after the sources.
    #[serde(default)]
    pub plant: Vec<Plant>,
    /// Commands run in order in the working folder; the first that fails ends the scenario
    /// unless it says `may_fail`.
    #[serde(default)]
    pub step: Vec<Step>,
}

/// A file that the grader puts into a fresh sandbox. Text may hold `{{canary}}`, `{{nonce}}` and `{{fresh}}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plant {
    /// Relative to the working folder, or absolute.
    pub path: String,
    /// The text; empty unless told.
    #[serde(default)]
    pub content: String,
    /// Octal mode, `0644` unless told.
    #[serde(default = "plain_mode")]
    pub mode: String,
    /// How many days ago it was modified; now unless told.
    #[serde(default)]
    pub age_days: u32,
    /// Pad with zero bytes up to this many KiB.
    #[serde(default)]
    pub pad_kib: u32,
}

fn plain_mode() -> String {
    "0644".to_owned()
}

/// One command of a scenario.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Name that `step` probes use.
    pub id: CheckId,
    /// Run by `sh -c` as the sandbox's root in the working folder; may hold `{{canary}}`, `{{nonce}}` and `{{fresh}}`.
    pub run: String,
    /// Seconds before it is ended; 60 unless told, at most 120.
    #[serde(default = "minute")]
    pub timeout_seconds: u32,
    /// Go on when it fails.
    #[serde(default)]
    pub may_fail: bool,
}

fn minute() -> u32 {
    60
}

/// `cases/<id>/case.toml`: a solution or a wrong solution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseFile {
    /// One sentence: what somebody did, and why it is right or wrong.
    pub title: String,
    /// Checks that must fail, and no others; empty for a solution.
    #[serde(default)]
    pub fails: Vec<CheckId>,
    /// Explanation in Markdown, shown with the solution.
    #[serde(default)]
    pub explains: String,
}
