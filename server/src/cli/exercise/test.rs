//! `drydock exercise test`: in real sandboxes, the untouched start does not pass, each solution passes twice, and each
//! wrong solution fails exactly the checks that it names. Exit codes: 0 all of that holds, 1 something does not, 2 it
//! could not be found out. Invariant: no sandbox of a test outlives it, also when it is interrupted.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use domain::problem::Problem;
use futures::StreamExt as _;
use library::Exercise;
use sandbox::Sandboxes;
use tokio::signal::unix::{SignalKind, signal};

use super::{
    super::{Found, Test, host},
    prove::{self, Proof, Proved, Run},
    report,
};
use crate::{
    clock::{Clock, SystemClock},
    config::Config,
    grading::examine::Examiner,
    random,
};

/// All tests on one engine share it, so that what a killed one left is found.
const DEPLOYMENT: &str = "exercise-test";
/// A sandbox that was asked for when the test was interrupted comes within this time.
const LATECOMERS: Duration = Duration::from_millis(1500);

pub(in super::super) async fn test(config: &Config, wanted: &Test) -> anyhow::Result<Found> {
    anyhow::ensure!(config.content.is_dir(), "there is no content folder {}", config.content.display());
    let (library, problems) = library::load(&config.content);
    let chosen = choose(library.exercises(), &problems, &wanted.names)?;
    let faulty: Vec<(String, Vec<String>)> = chosen.iter().map(|(id, _)| (id.clone(), faults(&problems, id))).collect();
    for problem in faulty.iter().flat_map(|(_, problems)| problems) {
        eprintln!("{problem}");
    }
    let runs: Vec<Run> = chosen
        .iter()
        .filter_map(|(_, exercise)| exercise.as_ref())
        .flat_map(prove::runs)
        .filter(|run| wanted.case.as_ref().is_none_or(|case| case == run.case_name()))
        .collect();
    anyhow::ensure!(!runs.is_empty() || wanted.case.is_none(), "no exercise has a case of that name");
    let (sandboxes, _engine) = host::sandboxes(config, DEPLOYMENT).await?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    sweep(&sandboxes, |found| found.expires < clock.now()).await?;

    let own = format!("{}-", random::nonce());
    let examiner = Examiner::new(sandboxes.clone(), Arc::clone(&clock)).with_prefix(format!("{own}rerun-"));
    let all = futures::stream::iter(runs.into_iter().enumerate())
        .map(|(number, run)| {
            let lease = format!("{own}{number}");
            let (sandboxes, examiner, now) = (&sandboxes, &examiner, clock.now());
            async move { (number, prove::prove(run, sandboxes, examiner, &lease, now).await) }
        })
        .buffer_unordered(usize::from(wanted.parallel))
        .inspect(|(_, it)| {
            if !wanted.output.json {
                println!("{}", report::line(it));
            }
        })
        .collect::<Vec<_>>();
    let proved = tokio::select! {
        proved = all => Some(proved),
        () = interrupted()? => None,
    };
    // Also what a run that failed has left.
    sweep(&sandboxes, |found| found.name.starts_with(&own)).await?;
    let Some(mut proved) = proved else {
        tokio::time::sleep(LATECOMERS).await;
        sweep(&sandboxes, |found| found.name.starts_with(&own)).await?;
        anyhow::bail!("interrupted; all sandboxes of this test were removed");
    };
    proved.sort_by_key(|(number, _)| *number);
    let proved: Vec<Proved> = proved.into_iter().map(|(_, it)| it).collect();
    let count = |wanted: fn(&Proof) -> bool| proved.iter().filter(|it| wanted(&it.proof)).count();
    let wrong = count(|proof| matches!(proof, Proof::Wrong(_)));
    let unknown = count(|proof| matches!(proof, Proof::CouldNotRun(_)));
    let faults: usize = faulty.iter().map(|(_, problems)| problems.len()).sum();
    if wanted.output.json {
        println!("{}", report::document(&proved, &faulty));
    } else {
        let fine = proved.len() - wrong - unknown;
        println!(
            "{} exercises: {fine} runs as they should be, {wrong} wrong, {unknown} could not run, {faults} faults in files",
            chosen.len()
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

/// Resolves when somebody wants the test to end.
fn interrupted() -> anyhow::Result<impl Future<Output = ()>> {
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

async fn sweep(sandboxes: &Sandboxes, unwanted: impl Fn(&sandbox::Found) -> bool) -> anyhow::Result<()> {
    for found in sandboxes.list().await?.iter().filter(|found| unwanted(found)) {
        sandboxes.remove(&found.id).await?;
    }
    Ok(())
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
