//! `drydock exercise regrade`: judge stored attempts by the checks as they are now, on what was seen then.
//! Invariant: without `--write` nothing is changed; what cannot be judged again keeps its verdict.

use anyhow::Context as _;
use domain::{id::ExerciseId, regrade::regrade as judge_again, template::Values, verdict::Verdict};
use serde_json::{Value, json};

use super::super::{Found, Regrade};
use crate::{
    clock::{Clock as _, SystemClock},
    config::Config,
    store::{Store, attempt::Regradable},
};

/// What comes of one attempt.
enum Outcome {
    Same,
    Changed(Verdict),
    TooLittleKept(String),
}

pub(in super::super) async fn regrade(config: &Config, asked: &Regrade) -> anyhow::Result<Found> {
    let (library, problems) = library::load(&config.content);
    let id: ExerciseId = asked.name.parse().with_context(|| format!("{} is no name of an exercise", asked.name))?;
    let exercise = library.exercise(&id).with_context(|| match problems.len() {
        0 => format!("there is no exercise {id}"),
        some => format!("there is no usable exercise {id}; `drydock lint` names {some} faults in the content"),
    })?;
    let file = config.database_file();
    anyhow::ensure!(file.is_file(), "there is no database {}", file.display());
    let store = Store::open(&file).await?;
    let now = SystemClock.now();
    let (mut told, mut changed) = (Vec::new(), 0);
    for of in store.attempts_to_regrade(&id).await? {
        let outcome = judge(&exercise.file, &of)?;
        if let Outcome::Changed(verdict) = &outcome {
            changed += 1;
            if asked.write {
                store.regrade_attempt(&of, verdict, exercise.file.revision, now).await?;
            }
        }
        told.push((of, outcome));
    }
    store.close().await;
    if asked.output.json {
        say!("{}", Value::Array(told.iter().map(|(of, outcome)| object(of, outcome)).collect()));
    } else {
        for (of, outcome) in &told {
            line(of, outcome);
        }
        let done = if asked.write { "changed" } else { "would change; --write changes them" };
        say!("{} attempts, {changed} {done}", told.len());
    }
    Ok(Found::Fine)
}

fn judge(file: &domain::exercise::ExerciseFile, of: &Regradable) -> anyhow::Result<Outcome> {
    let values = Values { canary: &of.canary, nonce: &of.nonce, fresh: Some(&of.fresh) };
    let filled = values.fill_all(file).context("the exercise cannot be filled in")?;
    Ok(match judge_again(&filled, &of.seen) {
        Ok(verdict) if of.attempt.verdict.as_ref() == Some(&verdict) => Outcome::Same,
        Ok(verdict) => Outcome::Changed(verdict),
        Err(check) => Outcome::TooLittleKept(check.to_string()),
    })
}

fn points(verdict: Option<&Verdict>) -> String {
    verdict.map_or_else(|| "-".to_owned(), |verdict| format!("{}/{}", verdict.points, verdict.of_points))
}

fn line(of: &Regradable, outcome: &Outcome) {
    let (id, before) = (&of.attempt.id, points(of.attempt.verdict.as_ref()));
    match outcome {
        Outcome::Same => say!("same     {id}  {before}"),
        Outcome::Changed(verdict) => say!("changed  {id}  {before} → {}", points(Some(verdict))),
        Outcome::TooLittleKept(check) => say!("kept     {id}  {before}  {check} was looked at in another way"),
    }
}

fn object(of: &Regradable, outcome: &Outcome) -> Value {
    let (word, after, check) = match outcome {
        Outcome::Same => ("same", of.attempt.verdict.as_ref(), None),
        Outcome::Changed(verdict) => ("changed", Some(verdict), None),
        Outcome::TooLittleKept(check) => ("kept", of.attempt.verdict.as_ref(), Some(check)),
    };
    json!({
        "attempt": of.attempt.id, "revision": of.attempt.revision, "outcome": word, "check": check,
        "before": of.attempt.verdict.as_ref().map(|verdict| verdict.points), "after": after.map(|verdict| verdict.points),
    })
}
