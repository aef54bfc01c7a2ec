//! What `drydock exercise test` tells: a line a run, or as JSON a list with an object for each exercise:
//! `{id, ok, seconds, problems: [text], runs: [{case, kind, time, ok, outcome, problem, before, seconds, fails: [check],
//! checks: {check: outcome}, failures: [{check, expected, observed}]}]}`. `before` is what was wrong the first time, when
//! the run was made again. `kind` is `start`, `solution` or `wrong`; `time` is 1 or 2 for a solution, else null;
//! a run's `outcome` and a check's is `passed`, `failed` or `could_not_run`, and a check that was not looked at because
//! one that it builds on has not passed is `waits`; `fails` is what a wrong solution has to fail, `failures` what a learner
//! is told of the checks that failed.

use domain::verdict::{Because, CheckResult, Outcome};
use serde_json::{Map, Value, json};

use super::prove::{Kind, Proof, Proved};

/// One run for people.
pub(super) fn line(it: &Proved) -> String {
    let word = match it.proof {
        Proof::Holds => "ok  ",
        Proof::Wrong(_) => "FAIL",
        Proof::CouldNotRun(_) => "????",
    };
    let again = if matches!(it.run.kind, Kind::Solution { time: 2 }) { " again" } else { "" };
    let mut line = format!("{word} {}/{}{again} ({:.1} s)", it.run.exercise.id, it.run.case_name(), it.seconds);
    match &it.proof {
        Proof::Holds => {}
        Proof::Wrong(problem) => line.push_str(&format!("\n     {problem}")),
        Proof::CouldNotRun(reason) => line.push_str(&format!("\n     could not run: {reason}")),
    }
    if let Some(before) = &it.before {
        line.push_str(&format!("\n     made again; the first time, beside others: {before}"));
    }
    line
}

/// Everything as JSON. `problems` are the faults of the exercises' files, by exercise.
pub(super) fn document(proved: &[Proved], problems: &[(String, Vec<String>)]) -> Value {
    let exercise = |(id, problems): &(String, Vec<String>)| {
        let own: Vec<&Proved> = proved.iter().filter(|it| it.run.exercise.id.as_str() == id).collect();
        let ok = problems.is_empty() && own.iter().all(|it| matches!(it.proof, Proof::Holds));
        let seconds: f64 = own.iter().map(|it| it.seconds).sum();
        let runs: Vec<Value> = own.into_iter().map(run).collect();
        json!({"id": id, "ok": ok, "seconds": rounded(seconds), "problems": problems, "runs": runs})
    };
    problems.iter().map(exercise).collect()
}

fn run(it: &Proved) -> Value {
    let (kind, time) = match it.run.kind {
        Kind::Start => ("start", None),
        Kind::Solution { time } => ("solution", Some(time)),
        Kind::Wrong => ("wrong", None),
    };
    let outcome = match (&it.proof, &it.verdict) {
        (Proof::CouldNotRun(_), _) | (_, None) => "could_not_run",
        (_, Some(verdict)) if verdict.passed => "passed",
        _ => "failed",
    };
    let results = || it.verdict.iter().flat_map(|verdict| &verdict.results);
    let checks: Map<String, Value> = results().map(|result| (result.check.to_string(), json!(word(result)))).collect();
    let failed = results().filter(|result| result.outcome == Outcome::Failed);
    let failures: Vec<Value> = failed
        .map(|result| json!({"check": result.check, "expected": result.expected, "observed": result.observed}))
        .collect();
    let fails = it.run.case.as_ref().map(|case| case.file.fails.clone()).unwrap_or_default();
    json!({
        "case": it.run.case_name(), "kind": kind, "time": time, "ok": matches!(it.proof, Proof::Holds),
        "outcome": outcome, "problem": it.proof.problem(), "before": it.before, "seconds": rounded(it.seconds), "fails": fails, "checks": checks, "failures": failures,
    })
}

fn word(result: &CheckResult) -> &'static str {
    match (result.outcome, &result.because) {
        (Outcome::Passed, _) => "passed",
        (Outcome::Failed, _) => "failed",
        (Outcome::CouldNotRun, Some(Because::Waits { .. })) => "waits",
        (Outcome::CouldNotRun, _) => "could_not_run",
    }
}

fn rounded(seconds: f64) -> f64 {
    (seconds * 10.0).round() / 10.0
}
