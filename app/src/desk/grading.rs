//! How one attempt's grading goes, as its results come in.
//! Invariant: a new attempt begins with nothing of the last one's results.

use domain::{
    attempt::Attempt,
    id::{AttemptId, CheckId},
    verdict::{Because, CheckResult, Outcome, Verdict},
};

/// The grading that the page shows: the running one, else the latest.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Grading {
    /// Which attempt.
    pub attempt: Option<AttemptId>,
    /// Still going.
    pub running: bool,
    /// The check that is looked at now.
    pub looking: Option<CheckId>,
    /// What came so far, in the order in which it came.
    pub results: Vec<CheckResult>,
    /// The end of it.
    pub verdict: Option<Verdict>,
}

/// What a check's line shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// Not looked at.
    Open,
    /// Its turn comes.
    Next,
    /// Looked at now.
    Looking,
    /// Passed.
    Passed,
    /// Failed.
    Failed,
    /// Not looked at, because another has not passed.
    Waits,
    /// A fault on our side.
    Fault,
}

impl Grading {
    /// The latest graded attempt of a history that is newest first.
    #[must_use]
    pub fn latest(attempts: &[Attempt]) -> Self {
        attempts
            .iter()
            .find_map(|attempt| {
                let verdict = attempt.verdict.clone()?;
                Some(Self {
                    attempt: Some(attempt.id.clone()),
                    results: verdict.results.clone(),
                    verdict: Some(verdict),
                    ..Self::default()
                })
            })
            .unwrap_or_default()
    }

    /// A new attempt has begun.
    #[must_use]
    pub fn begin(attempt: Option<AttemptId>) -> Self {
        Self { attempt, running: true, ..Self::default() }
    }

    /// A check is looked at.
    pub fn look(&mut self, check: CheckId) {
        self.looking = Some(check);
    }

    /// A result came; a second one for the same check takes the first one's place.
    pub fn take(&mut self, result: CheckResult) {
        if self.looking.as_ref() == Some(&result.check) {
            self.looking = None;
        }
        match self.results.iter_mut().find(|known| known.check == result.check) {
            Some(known) => *known = result,
            None => self.results.push(result),
        }
    }

    /// The verdict came.
    pub fn finish(&mut self, verdict: Verdict) {
        self.running = false;
        self.looking = None;
        self.results.clone_from(&verdict.results);
        self.verdict = Some(verdict);
    }

    /// It ended without a verdict.
    pub fn abandon(&mut self) {
        self.running = false;
        self.looking = None;
    }

    /// The result of a check.
    #[must_use]
    pub fn result(&self, check: &CheckId) -> Option<&CheckResult> {
        self.results.iter().find(|result| result.check == *check)
    }

    /// What a check's line shows.
    #[must_use]
    pub fn mark(&self, check: &CheckId) -> Mark {
        if self.looking.as_ref() == Some(check) {
            return Mark::Looking;
        }
        match self.result(check) {
            None if self.running => Mark::Next,
            None => Mark::Open,
            Some(result) => match (result.outcome, &result.because) {
                (Outcome::Passed, _) => Mark::Passed,
                (Outcome::Failed, _) => Mark::Failed,
                (Outcome::CouldNotRun, Some(Because::Waits { .. })) => Mark::Waits,
                (Outcome::CouldNotRun, _) => Mark::Fault,
            },
        }
    }

    /// How it stands, in a sentence; empty before the first attempt.
    #[must_use]
    pub fn words(&self) -> String {
        match &self.verdict {
            _ if self.running => "Looking at what you made…".to_owned(),
            None => String::new(),
            Some(verdict) if verdict.passed => format!("Solved: {} of {} points.", verdict.points, verdict.of_points),
            Some(verdict) if verdict.has_fault() => {
                "Some checks could not be run. That is our fault, not yours: check again in a moment.".to_owned()
            }
            Some(verdict) => {
                let failed = verdict.failed().len();
                let claims = if failed == 1 { "One claim does".to_owned() } else { format!("{failed} claims do") };
                format!("{claims} not hold yet. {} of {} points.", verdict.points, verdict.of_points)
            }
        }
    }
}

impl Mark {
    /// In a word, for people who do not see the sign.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Open => "Not checked",
            Self::Next => "Its turn comes",
            Self::Looking => "Looking",
            Self::Passed => "Passed",
            Self::Failed => "Failed",
            Self::Waits => "Waits for another check",
            Self::Fault => "Could not run",
        }
    }

    /// Its class in the style.
    #[must_use]
    pub fn class(self) -> &'static str {
        match self {
            Self::Open => "check open",
            Self::Next => "check next",
            Self::Looking => "check looking",
            Self::Passed => "check passed",
            Self::Failed => "check failed",
            Self::Waits => "check waits",
            Self::Fault => "check fault",
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use domain::check::CheckKind;

    use super::*;

    fn id(text: &str) -> CheckId {
        text.parse().unwrap()
    }

    fn result(check: &str, outcome: Outcome, because: Option<Because>) -> CheckResult {
        CheckResult {
            check: id(check),
            claim: "c".into(),
            kind: CheckKind::State,
            outcome,
            because,
            expected: String::new(),
            observed: String::new(),
            why: String::new(),
            section: "a".to_owned().try_into().unwrap(),
            points: 2,
            after: Vec::new(),
        }
    }

    #[test]
    fn results_come_in_one_by_one() {
        let mut grading = Grading::begin(None);
        assert_eq!([grading.mark(&id("a")), grading.mark(&id("b"))], [Mark::Next, Mark::Next]);
        grading.look(id("a"));
        assert_eq!([grading.mark(&id("a")), grading.mark(&id("b"))], [Mark::Looking, Mark::Next]);
        grading.take(result("a", Outcome::Passed, None));
        grading.look(id("b"));
        assert_eq!([grading.mark(&id("a")), grading.mark(&id("b"))], [Mark::Passed, Mark::Looking]);
        grading.take(result("b", Outcome::CouldNotRun, Some(Because::Waits { check: id("a") })));
        assert_eq!(grading.mark(&id("b")), Mark::Waits);
        grading.finish(Verdict::of(vec![result("a", Outcome::Passed, None), result("b", Outcome::Failed, None)]));
        assert_eq!(grading.mark(&id("b")), Mark::Failed);
        assert_eq!(grading.words(), "One claim does not hold yet. 2 of 4 points.");
    }

    #[test]
    fn a_fault_is_never_the_learners() {
        let mut grading = Grading::begin(None);
        let fault = Some(Because::Fault { reason: "r".into() });
        grading.finish(Verdict::of(vec![result("a", Outcome::CouldNotRun, fault)]));
        assert_eq!(grading.mark(&id("a")), Mark::Fault);
        assert!(grading.words().contains("our fault"), "{}", grading.words());
    }

    #[test]
    fn an_end_without_a_verdict_keeps_what_came() {
        let mut grading = Grading::begin(None);
        grading.take(result("a", Outcome::Failed, None));
        grading.look(id("b"));
        grading.abandon();
        assert_eq!([grading.mark(&id("a")), grading.mark(&id("b"))], [Mark::Failed, Mark::Open]);
    }
}
