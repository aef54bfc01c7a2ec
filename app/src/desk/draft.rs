//! The open file between editor and sandbox.
//! Invariant: at most one write is under way, and each goes over the version that was read or written last.

use crate::api::Problem;

/// The open file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    path: String,
    /// The version that the editor's text comes from; none for a file that is not there.
    version: Option<String>,
    /// Typed on since the last write began.
    dirty: bool,
    writing: bool,
    conflict: bool,
    fault: Option<Problem>,
}

/// How the open file stands, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Saving {
    /// As in the sandbox.
    Saved,
    /// Typed on since.
    Changed,
    /// On its way.
    Writing,
    /// Changed in the sandbox as well; the learner must choose.
    Conflict,
    /// It could not be written.
    Failed(Problem),
}

impl Draft {
    /// A file as it was read.
    #[must_use]
    pub fn opened(path: String, version: String) -> Self {
        Self { path, version: Some(version), dirty: false, writing: false, conflict: false, fault: None }
    }

    /// A text that was typed over a version, none for a new file, and is still to be saved.
    #[must_use]
    pub fn kept(path: String, version: Option<String>) -> Self {
        Self { version, dirty: true, ..Self::opened(path, String::new()) }
    }

    /// Relative to the working folder.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The version that the editor's text comes from.
    #[must_use]
    pub fn version(&self) -> Option<&str> {
        self.version.as_deref()
    }

    /// How it stands.
    #[must_use]
    pub fn saving(&self) -> Saving {
        match &self.fault {
            _ if self.conflict => Saving::Conflict,
            Some(problem) => Saving::Failed(problem.clone()),
            None if self.writing => Saving::Writing,
            None if self.dirty => Saving::Changed,
            None => Saving::Saved,
        }
    }

    /// A write is under way.
    #[must_use]
    pub fn is_writing(&self) -> bool {
        self.writing
    }

    /// Somebody typed.
    pub fn typed(&mut self) {
        self.dirty = true;
        self.fault = None;
    }

    /// Begins a write where there is something to write and none is under way; the version that it goes over.
    pub fn begin(&mut self) -> Option<Option<String>> {
        if self.writing || self.conflict || !self.dirty {
            return None;
        }
        (self.writing, self.dirty, self.fault) = (true, false, None);
        Some(self.version.clone())
    }

    /// The write is done.
    pub fn written(&mut self, version: String) {
        self.writing = false;
        self.version = Some(version);
    }

    /// The write was refused: what was typed is still to be saved.
    pub fn refused(&mut self, problem: Problem) {
        (self.writing, self.dirty) = (false, true);
        match problem.error.as_str() {
            "changed" | "exists" | "status_412" => self.conflict = true,
            _ => self.fault = Some(problem),
        }
    }

    /// What a read found that began at the version `asked`; whether the editor takes that text.
    pub fn found(&mut self, asked: Option<&str>, version: String, same_text: bool) -> bool {
        // Written meanwhile: the answer is old. The sandbox tells of that write as well, and it is read again.
        if self.writing || self.version.as_deref() != asked || asked == Some(version.as_str()) {
            return false;
        }
        if same_text {
            *self = Self::opened(std::mem::take(&mut self.path), version);
            return false;
        }
        if self.dirty {
            self.conflict = true;
            return false;
        }
        self.version = Some(version);
        true
    }

    /// The learner chooses the text of the editor, over the version that is there now.
    pub fn keep(&mut self, version: Option<String>) {
        (self.version, self.dirty, self.conflict) = (version, true, false);
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn opened() -> Draft {
        Draft::opened("Dockerfile".into(), "1".into())
    }

    fn problem(error: &str) -> Problem {
        Problem { error: error.into(), detail: String::new(), next: String::new() }
    }

    #[test]
    fn one_write_at_a_time_and_each_over_the_one_before() {
        let mut draft = opened();
        assert_eq!(draft.begin(), None, "nothing to write");
        draft.typed();
        assert_eq!(draft.begin(), Some(Some("1".into())));
        draft.typed();
        assert_eq!(draft.begin(), None, "one is under way");
        assert_eq!(draft.saving(), Saving::Writing);
        draft.written("2".into());
        assert_eq!(draft.saving(), Saving::Changed);
        assert_eq!(draft.begin(), Some(Some("2".into())));
        draft.written("3".into());
        assert_eq!((draft.saving(), draft.begin()), (Saving::Saved, None));
    }

    #[test]
    fn what_was_refused_is_still_to_be_saved() {
        let mut draft = opened();
        draft.typed();
        draft.begin().unwrap();
        draft.refused(problem("no_network"));
        assert_eq!(draft.saving(), Saving::Failed(problem("no_network")));
        assert!(draft.begin().is_some());
        draft.refused(problem("changed"));
        assert_eq!((draft.saving(), draft.begin()), (Saving::Conflict, None));
        draft.keep(Some("7".into()));
        assert_eq!(draft.begin(), Some(Some("7".into())));
    }

    #[test]
    fn a_change_in_the_sandbox_is_taken_unless_something_was_typed() {
        let mut draft = opened();
        assert!(draft.found(Some("1"), "2".into(), false));
        assert!(!draft.found(Some("2"), "2".into(), false), "nothing new");
        draft.typed();
        assert!(!draft.found(Some("2"), "3".into(), false));
        assert_eq!(draft.saving(), Saving::Conflict);
        assert!(!draft.found(Some("2"), "4".into(), true), "both have the same text");
        assert_eq!((draft.saving(), draft.version()), (Saving::Saved, Some("4")));
    }

    #[test]
    fn what_was_kept_is_saved_over_what_it_was_typed_over() {
        assert_eq!(Draft::kept("notes".into(), None).begin(), Some(None));
        let mut draft = Draft::kept("Dockerfile".into(), Some("1".into()));
        assert_eq!(draft.begin(), Some(Some("1".into())));
        // The write that was sent when the page was left has come after all.
        draft.refused(problem("changed"));
        assert!(!draft.found(Some("1"), "2".into(), true));
        assert_eq!((draft.saving(), draft.version()), (Saving::Saved, Some("2")));
    }

    #[test]
    fn an_answer_from_before_a_write_is_old() {
        let mut draft = opened();
        draft.typed();
        draft.begin().unwrap();
        assert!(!draft.found(Some("1"), "0".into(), false), "a write is under way");
        draft.written("2".into());
        assert!(!draft.found(Some("1"), "0".into(), false), "it is done since");
        assert_eq!((draft.saving(), draft.version()), (Saving::Saved, Some("2")));
    }
}
