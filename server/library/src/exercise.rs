//! An exercise with everything in its folder: definition, task, starter files, cases.
//! Invariant: `{{canary}}` and `{{nonce}}` are still in place everywhere; the server fills them for each lease.

use domain::{
    exercise::{CaseFile, ExerciseFile},
    id::{CaseId, ExerciseId},
};

use crate::chapter::Try;

/// An exercise, rendered.
#[derive(Debug, Clone, PartialEq)]
pub struct Exercise {
    /// Its folder's name.
    pub id: ExerciseId,
    /// What `exercise.toml` says.
    pub file: ExerciseFile,
    /// The task.
    pub task_html: String,
    /// The task as plain text, code too; for search.
    pub task_text: String,
    /// What learners are offered to try by the task, in order.
    pub tries: Vec<Try>,
    /// The hints, in order.
    pub hints_html: Vec<String>,
    /// Starter files, without `setup.sh`, by path.
    pub start: Vec<ContentFile>,
    /// `start/setup.sh`: run once by `sh` as root in the working folder before the learner comes, then removed.
    pub setup: Option<String>,
    /// All cases, by name.
    pub cases: Vec<Case>,
}

impl Exercise {
    /// The solution that is shown; `None` in a faulty exercise.
    #[must_use]
    pub fn solution(&self) -> Option<&Case> {
        self.solutions().next()
    }

    /// Cases that must pass.
    pub fn solutions(&self) -> impl Iterator<Item = &Case> {
        self.cases.iter().filter(|case| case.is_solution())
    }

    /// Cases that must fail the checks they name.
    pub fn wrong_cases(&self) -> impl Iterator<Item = &Case> {
        self.cases.iter().filter(|case| !case.is_solution())
    }

    /// The path below the site's root.
    #[must_use]
    pub fn url(&self) -> String {
        format!("/exercises/{}", self.id)
    }

    /// The task's file, relative to the content folder.
    #[must_use]
    pub fn task_file(&self) -> String {
        format!("exercises/{}/task.md", self.id)
    }
}

/// A solution or a wrong solution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// Its folder's name.
    pub id: CaseId,
    /// What `case.toml` says.
    pub file: CaseFile,
    /// `explains`, rendered; empty when there is none.
    pub explains_html: String,
    /// `solve.sh`, run by `sh` as root in the working folder after the files are laid over it.
    pub solve: Option<String>,
    /// Files laid over the starter files, by path.
    pub files: Vec<ContentFile>,
}

impl Case {
    /// Whether it must pass: it names no check that fails.
    #[must_use]
    pub fn is_solution(&self) -> bool {
        self.file.fails.is_empty()
    }
}

/// A file that is laid into the working folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContentFile {
    /// Relative to the working folder, with `/`.
    pub path: String,
    /// `0o755` when it may be executed, else `0o644`.
    pub mode: u32,
    /// As on disk.
    pub bytes: Vec<u8>,
}
