//! `drydock exercise test`: in real sandboxes, the untouched start does not pass, each solution passes twice, and each
//! wrong solution fails exactly the checks that it names. Exit codes: 0 all of that holds, 1 something does not, 2 it
//! could not be found out. What does not hold is made again at the end, with nothing beside it, and that counts; what came of
//! it the first time is told.

use std::{collections::BTreeSet, sync::Arc};

use domain::problem::Problem;
use futures::StreamExt as _;
use library::Exercise;

use super::{
    super::{Found, Test, read_content, trial::Trial},
    plan::plan,
    prove::{self, Proof, Proved, Run},
    report,
};
use crate::{config::Config, grading::examine::Examiner};

/// All tests on one engine share it, so that what a killed one left is found.
const DEPLOYMENT: &str = "exercise-test";
/// So many runs are made again at most; where more are wrong it is not for want of a quiet machine.
const AGAIN: usize = 8;

pub(in super::super) async fn test(config: &Config, wanted: &Test) -> anyhow::Result<Found> {
    let (library, problems) = read_content(config)?;
    let chosen = choose(library.exercises(), &problems, &wanted.names)?;
    let faulty: Vec<(String, Vec<String>)> = chosen.iter().map(|(id, _)| (id.clone(), faults(&problems, id))).collect();
    for problem in faulty.iter().flat_map(|(_, problems)| problems) {
        eprintln!("{problem}");
    }
    for name in &wanted.whole {
        anyhow::ensure!(chosen.iter().any(|(id, _)| id == name), "there is no exercise {name}");
    }
    let exercises = chosen.iter().filter_map(|(_, exercise)| exercise.as_ref());
    let (runs, whole) = plan(exercises, wanted.turn, wanted.in_short, &wanted.whole);
    if wanted.turn.is_some() && !wanted.output.json {
        let whole: Vec<&str> = whole.iter().map(String::as_str).collect();
        let others = if wanted.in_short.is_some() { "some of the others" } else { "the others" };
        println!("every case of {}; of {others} the start and the first solution", whole.join(", "));
    }
    let runs: Vec<Run> =
        runs.into_iter().filter(|run| wanted.case.as_ref().is_none_or(|case| case == run.case_name())).collect();
    anyhow::ensure!(!runs.is_empty() || wanted.case.is_none(), "no exercise has a case of that name");
    let trial = Trial::begin(config, DEPLOYMENT).await?;
    let prefix = format!("{}rerun-", trial.prefix);
    let examiner = Examiner::new(trial.sandboxes.clone(), Arc::clone(&trial.clock)).with_prefix(prefix);
    let all = futures::stream::iter(runs.into_iter().enumerate())
        .map(|(number, run)| {
            let lease = format!("{}{number}", trial.prefix);
            let (sandboxes, examiner, now) = (&trial.sandboxes, &examiner, trial.clock.now());
            async move { (number, prove::prove(run, sandboxes, examiner, &lease, now).await) }
        })
        .buffer_unordered(usize::from(wanted.parallel))
        .inspect(|(_, it)| {
            if !wanted.output.json {
                println!("{}", report::line(it));
            }
        })
        .collect::<Vec<_>>();
    let all = async {
        let mut all = all.await;
        for (number, it) in all.iter_mut().filter(|(_, it)| it.proof.problem().is_some()).take(AGAIN) {
            let lease = format!("{}{number}-again", trial.prefix);
            let second = prove::prove(it.run.clone(), &trial.sandboxes, &examiner, &lease, trial.clock.now()).await;
            let before = it.proof.problem().map(str::to_owned);
            *it = Proved { before, ..second };
        }
        all
    };
    let mut proved = trial.to_its_end(all).await?;
    proved.sort_by_key(|(number, _)| *number);
    let proved: Vec<Proved> = proved.into_iter().map(|(_, it)| it).collect();
    let count = |wanted: fn(&Proof) -> bool| proved.iter().filter(|it| wanted(&it.proof)).count();
    let wrong = count(|proof| matches!(proof, Proof::Wrong(_)));
    let unknown = count(|proof| matches!(proof, Proof::CouldNotRun(_)));
    let faults: usize = faulty.iter().map(|(_, problems)| problems.len()).sum();
    if wanted.output.json {
        println!("{}", report::document(&proved, &faulty));
    } else {
        // Again at the end, where they are seen.
        for it in proved.iter().filter(|it| it.before.is_some() || it.proof.problem().is_some()) {
            println!("{}", report::line(it));
        }
        let fine = proved.len() - wrong - unknown;
        let exercises: BTreeSet<&str> = proved.iter().map(|it| it.run.exercise.id.as_str()).collect();
        println!(
            "{} exercises: {fine} runs as they should be, {wrong} wrong, {unknown} could not run, {faults} faults in files",
            exercises.len()
        );
    }
    Ok(match (wrong + faults, unknown) {
        (0, 0) => Found::Fine,
        (0, _) => Found::Unknown,
        _ => Found::Wrong,
    })
}

/// Exercises by name, those too that are too faulty to be run.
type Chosen = Vec<(String, Option<Arc<Exercise>>)>;

fn choose(exercises: &[Arc<Exercise>], problems: &[Problem], names: &[String]) -> anyhow::Result<Chosen> {
    let folders = problems.iter().filter_map(|problem| problem.file.strip_prefix("exercises/")?.split('/').next());
    let mut all: Chosen = exercises.iter().map(|it| (it.id.to_string(), Some(Arc::clone(it)))).collect();
    let broken: BTreeSet<&str> = folders.filter(|name| all.iter().all(|(id, _)| id != name)).collect();
    all.extend(broken.into_iter().map(|name| (name.to_owned(), None)));
    for name in names {
        anyhow::ensure!(all.iter().any(|(id, _)| id == name), "there is no exercise {name}");
    }
    if !names.is_empty() {
        all.retain(|(id, _)| names.contains(id));
    }
    anyhow::ensure!(!all.is_empty(), "there are no exercises");
    Ok(all)
}

fn faults(problems: &[Problem], id: &str) -> Vec<String> {
    let folder = format!("exercises/{id}");
    let own = |file: &str| file.strip_prefix(&folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    problems.iter().filter(|problem| own(&problem.file)).map(ToString::to_string).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faulty_exercises_are_not_passed_over() {
        let problems =
            [Problem::in_file("exercises/broken/exercise.toml", "x"), Problem::in_file("chapters/a.md", "y")];
        let all = choose(&[], &problems, &[]).unwrap();
        assert_eq!(all.len(), 1);
        assert_eq!((all[0].0.as_str(), all[0].1.is_none()), ("broken", true));
        assert_eq!(faults(&problems, "broken").len(), 1);
        assert!(faults(&problems, "broke").is_empty());
        assert!(choose(&[], &problems, &["other".to_owned()]).is_err());
    }
}
