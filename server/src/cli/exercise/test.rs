//! `drydock exercise test`: in real sandboxes, the untouched start does not pass, each solution passes twice, and each
//! wrong solution fails exactly the checks that it names. As JSON one object for each exercise:
//! `{exercise, ok, seconds, runs: [{case, ok, problem, passed, checks: {id: outcome}}]}`.

use std::{sync::Arc, time::Duration};

use domain::{template::Values, verdict::Outcome};
use futures::StreamExt as _;
use library::{Case, Exercise};
use sandbox::{Program, Sandboxes};
use serde_json::{Map, Value, json};
use tokio::time::Instant;

use super::super::{Found, Test, host};
use crate::{
    clock::{Clock, SystemClock},
    config::Config,
    grading::examine::{Examiner, Subject},
    lease::furnish::{filled, furnish},
    random,
};

/// A case's steps may take this long.
const SOLVE: Duration = Duration::from_secs(180);
/// Sandboxes of a test end by themselves after this many seconds.
const LIFE_SECONDS: i64 = 900;

/// One thing to prove.
#[derive(Clone)]
struct Run {
    exercise: Arc<Exercise>,
    /// `None` is the untouched start.
    case: Option<Case>,
    name: String,
}

struct Proved {
    exercise: String,
    name: String,
    problem: Option<String>,
    passed: bool,
    checks: Map<String, Value>,
    seconds: f64,
}

pub(in super::super) async fn test(config: &Config, wanted: &Test) -> anyhow::Result<Found> {
    let (library, problems) = library::load(&config.content);
    for problem in problems.iter().filter(|problem| problem.file.starts_with("exercises/")) {
        eprintln!("{problem}");
    }
    let mut chosen: Vec<Arc<Exercise>> = library.exercises().to_vec();
    if !wanted.names.is_empty() {
        for name in &wanted.names {
            anyhow::ensure!(chosen.iter().any(|it| it.id.as_str() == name), "there is no exercise {name}");
        }
        chosen.retain(|it| wanted.names.iter().any(|name| name == it.id.as_str()));
    }
    anyhow::ensure!(!chosen.is_empty(), "there are no exercises in {}", config.content.display());
    let (sandboxes, _engine) = host::sandboxes(config, &format!("test-{}", random::nonce())).await?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let examiner = Examiner::new(sandboxes.clone(), Arc::clone(&clock));
    let runs: Vec<Run> = chosen.iter().flat_map(runs).filter(|run| wanted.case.as_ref().is_none_or(|case| run.name.contains(case.as_str()))).collect();
    let total = runs.len();
    let mut proved: Vec<Proved> = futures::stream::iter(runs)
        .map(|run| prove(run, &sandboxes, &examiner, clock.now()))
        .buffer_unordered(usize::from(wanted.parallel))
        .inspect(|it| {
            if !wanted.output.json {
                let word = if it.problem.is_none() { "ok  " } else { "FAIL" };
                say!("{word} {} / {} ({:.1} s)", it.exercise, it.name, it.seconds);
                if let Some(problem) = &it.problem {
                    say!("     {problem}");
                }
            }
        })
        .collect()
        .await;
    clean_up(&sandboxes).await;
    let failed = proved.iter().filter(|it| it.problem.is_some()).count();
    if wanted.output.json {
        proved.sort_by(|a, b| (&a.exercise, &a.name).cmp(&(&b.exercise, &b.name)));
        say!("{}", report(&proved));
    } else {
        say!("{} exercises, {} cases: {} passed, {failed} failed", chosen.len(), total, total - failed);
    }
    Ok(if failed == 0 && total > 0 { Found::Fine } else { Found::Wrong })
}

fn runs(exercise: &Arc<Exercise>) -> Vec<Run> {
    let run = |case: Option<&Case>, name: String| Run { exercise: Arc::clone(exercise), case: case.cloned(), name };
    let mut runs = vec![run(None, "start".to_owned())];
    for case in exercise.solutions() {
        runs.extend((1..=2).map(|time| run(Some(case), format!("{} (time {time})", case.id))));
    }
    runs.extend(exercise.wrong_cases().map(|case| run(Some(case), case.id.to_string())));
    runs
}

async fn prove(run: Run, sandboxes: &Sandboxes, examiner: &Examiner, now: i64) -> Proved {
    let began = Instant::now();
    let (problem, passed, checks) = match attempt(&run, sandboxes, examiner, now).await {
        Ok(outcome) => outcome,
        Err(error) => (Some(format!("it could not be run: {error:#}")), false, Map::new()),
    };
    Proved { exercise: run.exercise.id.to_string(), name: run.name, problem, passed, checks, seconds: began.elapsed().as_secs_f64() }
}

type Outcomes = (Option<String>, bool, Map<String, Value>);

async fn attempt(run: &Run, sandboxes: &Sandboxes, examiner: &Examiner, now: i64) -> anyhow::Result<Outcomes> {
    let sandbox = sandboxes.create(&format!("case-{}", random::id()), now + LIFE_SECONDS).await?;
    let outcome = examine(run, &sandbox, examiner).await;
    sandbox.end().await?;
    outcome
}

async fn examine(run: &Run, sandbox: &sandbox::Sandbox, examiner: &Examiner) -> anyhow::Result<Outcomes> {
    let (canary, nonce) = (random::canary(), random::nonce());
    let values = Values { canary: &canary, nonce: &nonce };
    sandbox.wait_for_engine(Duration::from_secs(60)).await?;
    furnish(sandbox, &run.exercise, &canary, &nonce, &[]).await?;
    if let Some(case) = &run.case {
        sandbox.put_files(&filled(&case.files, &values)).await?;
        if let Some(solve) = &case.solve {
            let ran = sandbox.run(Program::shell(values.fill(solve)).timeout(SOLVE)).await?;
            anyhow::ensure!(
                ran.exit_code == 0,
                "solve.sh ended with {}: {}",
                ran.exit_code,
                ran.stderr.chars().rev().take(600).collect::<Vec<_>>().into_iter().rev().collect::<String>()
            );
        }
    }
    let subject = Subject { sandbox, exercise: &run.exercise, canary: &canary, nonce: &nonce };
    let verdict = examiner.examine(&subject, &|_| {}).await.verdict;
    let checks = verdict
        .results
        .iter()
        .map(|result| (result.check.to_string(), serde_json::to_value(result.outcome).unwrap_or_default()))
        .collect();
    let tell = |outcome: Outcome| {
        let of = verdict.results.iter().filter(|result| result.outcome == outcome);
        of.map(|result| format!("{} (expected {}; saw {})", result.check, result.expected, result.observed))
            .collect::<Vec<_>>()
            .join("; ")
    };
    let wanted: Vec<_> = run.case.iter().flat_map(|case| &case.file.fails).collect();
    let mut failed = verdict.failed();
    let problem = if verdict.has_fault() {
        let faults: Vec<String> = verdict.results.iter().filter_map(|it| Some(format!("{}: {:?}", it.check, it.because.as_ref()?))).collect();
        Some(format!("a check could not run: {}", faults.join("; ")))
    } else {
        match &run.case {
            None => verdict.passed.then(|| "the untouched start passes".to_owned()),
            Some(case) if case.is_solution() => (!verdict.passed).then(|| format!("a solution fails: {}", tell(Outcome::Failed))),
            Some(_) => {
                failed.sort();
                let mut sorted = wanted.clone();
                sorted.sort();
                let names = |ids: &[&domain::id::CheckId]| ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
                (failed != sorted)
                    .then(|| format!("must fail [{}], failed [{}]: {}", names(&sorted), names(&failed), tell(Outcome::Failed)))
            }
        }
    };
    Ok((problem, verdict.passed, checks))
}

/// Whatever a broken run has left.
async fn clean_up(sandboxes: &Sandboxes) {
    for found in sandboxes.list().await.unwrap_or_default() {
        if let Err(error) = sandboxes.remove(&found.id).await {
            eprintln!("a sandbox could not be removed: {error}");
        }
    }
}

fn report(proved: &[Proved]) -> Value {
    let mut exercises: Vec<&str> = proved.iter().map(|it| it.exercise.as_str()).collect();
    exercises.dedup();
    let one = |exercise: &str| {
        let own: Vec<&Proved> = proved.iter().filter(|it| it.exercise == exercise).collect();
        let runs: Vec<Value> = own
            .iter()
            .map(|it| {
                json!({"case": it.name, "ok": it.problem.is_none(), "problem": it.problem, "passed": it.passed, "checks": it.checks})
            })
            .collect();
        let seconds: f64 = own.iter().map(|it| it.seconds).sum();
        json!({"exercise": exercise, "ok": own.iter().all(|it| it.problem.is_none()), "seconds": seconds, "runs": runs})
    };
    exercises.into_iter().map(one).collect()
}
