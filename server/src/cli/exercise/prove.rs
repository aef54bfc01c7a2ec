//! One run of `drydock exercise test`: a sandbox of its own, furnished as for a learner, a case's steps, then all checks.
//! Invariant: what a fault of ours kept from running is told apart from what is wrong.

use std::sync::Arc;

use domain::{
    id::CheckId,
    template::Values,
    verdict::{Because, CheckResult, Outcome, Verdict},
};
use library::{Case, Exercise};
use sandbox::{Sandbox, Sandboxes};
use tokio::time::Instant;

use super::super::{solve::furnish_and_solve, trial::in_sandbox};
use crate::{
    grading::examine::{Examiner, Subject},
    random,
};

/// Sandboxes of a test end by themselves after this many seconds.
const LIFE_SECONDS: i64 = 900;

/// What is to be proven.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The untouched start must not pass.
    Start,
    /// A solution must pass, so many times over.
    Solution {
        /// 1 or 2.
        time: u8,
    },
    /// A wrong solution must fail what it names, and nothing else.
    Wrong,
}

/// One thing to prove.
#[derive(Clone)]
pub(super) struct Run {
    pub(super) exercise: Arc<Exercise>,
    /// `None` for the untouched start.
    pub(super) case: Option<Case>,
    pub(super) kind: Kind,
}

/// What came of a run.
pub(super) enum Proof {
    /// As it should be.
    Holds,
    /// The exercise is wrong: a plain sentence.
    Wrong(String),
    /// It could not be run, which says nothing about the exercise: a plain sentence.
    CouldNotRun(String),
}

/// A run that was made.
pub(super) struct Proved {
    pub(super) run: Run,
    pub(super) proof: Proof,
    /// `None` when it did not come to that.
    pub(super) verdict: Option<Verdict>,
    pub(super) seconds: f64,
    /// What came of it the first time, beside others, when it was made twice.
    pub(super) before: Option<String>,
}

impl Run {
    /// The case's name; `start` for the untouched start.
    pub(super) fn case_name(&self) -> &str {
        self.case.as_ref().map_or("start", |case| case.id.as_str())
    }
}

/// All that is to be proven of an exercise.
pub(super) fn runs(exercise: &Arc<Exercise>) -> Vec<Run> {
    let run = |case: Option<&Case>, kind| Run { exercise: Arc::clone(exercise), case: case.cloned(), kind };
    let mut runs = vec![run(None, Kind::Start)];
    for case in exercise.solutions() {
        runs.extend((1..=2).map(|time| run(Some(case), Kind::Solution { time })));
    }
    runs.extend(exercise.wrong_cases().map(|case| run(Some(case), Kind::Wrong)));
    runs
}

/// Make a run. `lease` names its sandbox, `now` is the time in Unix seconds.
pub(super) async fn prove(run: Run, sandboxes: &Sandboxes, examiner: &Examiner, lease: &str, now: i64) -> Proved {
    let began = Instant::now();
    let (proof, verdict) = match attempt(&run, sandboxes, examiner, lease, now).await {
        Ok(Ok(verdict)) => (judge(&run, &verdict), Some(verdict)),
        Ok(Err(said)) => (Proof::Wrong(said), None),
        Err(error) => (Proof::CouldNotRun(format!("{error:#}")), None),
    };
    Proved { run, proof, verdict, seconds: began.elapsed().as_secs_f64(), before: None }
}

impl Proof {
    /// What is not as it should be.
    pub(super) fn problem(&self) -> Option<&str> {
        match self {
            Self::Holds => None,
            Self::Wrong(problem) | Self::CouldNotRun(problem) => Some(problem),
        }
    }
}

/// The verdict, or what is wrong with the case itself.
type Outcomes = Result<Verdict, String>;

async fn attempt(
    run: &Run,
    sandboxes: &Sandboxes,
    examiner: &Examiner,
    lease: &str,
    now: i64,
) -> anyhow::Result<Outcomes> {
    if let Some(why) = sandboxes.decide().await?.why_not(&run.exercise.file.needs) {
        anyhow::bail!("{why}");
    }
    in_sandbox(sandboxes, lease, now + LIFE_SECONDS, async |sandbox: &Sandbox| examine(run, sandbox, examiner).await)
        .await
}

async fn examine(run: &Run, sandbox: &Sandbox, examiner: &Examiner) -> anyhow::Result<Outcomes> {
    let (canary, nonce) = (random::canary(), random::nonce());
    let values = Values { canary: &canary, nonce: &nonce, fresh: None };
    if let Err(said) = furnish_and_solve(sandbox, &run.exercise, run.case.as_ref(), &values).await? {
        return Ok(Err(said));
    }
    let subject = Subject { sandbox, exercise: &run.exercise, canary: &canary, nonce: &nonce };
    Ok(Ok(examiner.examine(&subject, &|_| {}).await.verdict))
}

fn judge(run: &Run, verdict: &Verdict) -> Proof {
    let faults: Vec<String> = verdict
        .results
        .iter()
        .filter_map(|result| match &result.because {
            Some(Because::Fault { reason }) => Some(format!("{}: {reason}", result.check)),
            _ => None,
        })
        .collect();
    if !faults.is_empty() {
        return Proof::CouldNotRun(faults.join("; "));
    }
    let wrong = match (run.kind, &run.case) {
        (Kind::Start, _) => verdict.passed.then(|| "the untouched start passes".to_owned()),
        (Kind::Wrong, Some(case)) => {
            let mut wanted: Vec<&CheckId> = case.file.fails.iter().collect();
            let mut failed = verdict.failed();
            wanted.sort();
            failed.sort();
            (wanted != failed)
                .then(|| format!("must fail {}, but failed {}; {}", names(&wanted), names(&failed), tell(verdict)))
        }
        _ => (!verdict.passed).then(|| format!("a solution does not pass: {}", tell(verdict))),
    };
    wrong.map_or(Proof::Holds, Proof::Wrong)
}

fn names(checks: &[&CheckId]) -> String {
    let names: Vec<&str> = checks.iter().map(|check| check.as_str()).collect();
    if names.is_empty() { "nothing".to_owned() } else { names.join(" and ") }
}

/// What failed, for the author.
fn tell(verdict: &Verdict) -> String {
    let failed = verdict.results.iter().filter(|result| result.outcome == Outcome::Failed);
    let one = |it: &CheckResult| format!("{} expected {}, saw {}", it.check, it.expected, it.observed);
    failed.map(one).collect::<Vec<_>>().join("; ")
}
