//! Doing what chapters, tasks and cheat sheet offer: each chapter in a sandbox of its own, from its first block to its
//! last, as a reader would who tries everything; each task and each entry in one of its own.

use std::collections::BTreeSet;

use anyhow::Context as _;
use domain::problem::Problem;
use futures::StreamExt as _;
use library::{Chapter, EntryGroup, Exercise, Library, RenderedEntry, Try};
use sandbox::Sandbox;

use super::{
    super::{Lint, trial::Trial},
    entry,
    place::{Place, START},
    shell::Shell,
    task, tries,
};
use crate::config::Config;

/// All such commands on one engine share it.
const DEPLOYMENT: &str = "lint";

/// What came of it.
#[derive(Debug, Default)]
pub(super) struct Ran {
    pub(super) chapters: usize,
    pub(super) tasks: usize,
    pub(super) blocks: usize,
    pub(super) commands: usize,
    pub(super) entries: usize,
    /// What was so twice.
    pub(super) problems: Vec<Problem>,
    /// What was so once, and not in another sandbox: it depends on chance, which may be the engine's.
    pub(super) once: Vec<Problem>,
    /// Of what nothing is known, and why.
    pub(super) could_not_run: Vec<String>,
}

/// Something to do in sandboxes of its own.
enum Job<'a> {
    Chapter(&'a Chapter),
    Task(&'a Exercise),
    Entry(&'a EntryGroup, &'a RenderedEntry),
}

impl Job<'_> {
    /// A name that no other job has.
    fn name(&self) -> String {
        match self {
            Self::Chapter(chapter) => chapter.id.to_string(),
            Self::Task(exercise) => format!("task-{}", exercise.id),
            Self::Entry(_, entry) => format!("entry-{}", entry.id()),
        }
    }

    fn file(&self) -> String {
        match self {
            Self::Chapter(chapter) => chapter.file.clone(),
            Self::Task(exercise) => exercise.task_file(),
            Self::Entry(group, _) => group.file.clone(),
        }
    }

    /// The blocks to try.
    fn tries(&self) -> &[Try] {
        match self {
            Self::Chapter(chapter) => &chapter.tries,
            Self::Task(exercise) => &exercise.tries,
            Self::Entry(..) => &[],
        }
    }

    /// What is wrong with it, in fresh sandboxes.
    async fn faults(&self, place: &Place<'_>) -> anyhow::Result<Vec<Problem>> {
        match self {
            Self::Chapter(chapter) => {
                let tried = place.with("all", async |sandbox: &Sandbox| {
                    let mut shell = Shell::open(sandbox, START).await?;
                    tries::go_through(&chapter.file, &chapter.tries, &mut shell).await
                });
                Ok(tried.await?.problems)
            }
            Self::Task(exercise) => task::faults(exercise, place).await,
            Self::Entry(group, entry) => {
                let fault = place.with("all", async |sandbox: &Sandbox| {
                    let mut shell = Shell::open(sandbox, START).await?;
                    entry::fault(&group.given, entry, sandbox, &mut shell).await
                });
                Ok(fault.await?.map(|it| Problem::at(&group.file, entry.line, it)).into_iter().collect())
            }
        }
    }
}

/// Do what the wanted chapters offer and the wanted entries say.
pub(super) async fn run(config: &Config, library: &Library, asked: &Lint) -> anyhow::Result<Ran> {
    let wanted = jobs(library, asked)?;
    let trial = Trial::begin(config, DEPLOYMENT).await?;
    let all = futures::stream::iter(wanted)
        .map(|job| {
            let place = place(&trial, job.name());
            async move {
                let came = job.faults(&place).await;
                (job, came.map(|faults| (faults, Vec::new())))
            }
        })
        .buffer_unordered(usize::from(asked.parallel))
        .collect::<Vec<_>>();
    let all = async {
        let mut all = all.await;
        // Alone on the machine: what an engine does only when it has too little of that is nothing that a chapter says.
        for (job, came) in &mut all {
            let Ok((first, once)) = came else { continue };
            if first.is_empty() {
                continue;
            }
            match job.faults(&place(&trial, format!("{}-again", job.name()))).await {
                Ok(second) => (*first, *once) = apart(std::mem::take(first), second),
                Err(error) => *came = Err(error),
            }
        }
        all
    };
    let mut ran = Ran::default();
    for (job, came) in trial.to_its_end(all).await? {
        match &job {
            Job::Chapter(_) => ran.chapters += 1,
            Job::Task(_) => ran.tasks += 1,
            Job::Entry(..) => ran.entries += 1,
        }
        ran.blocks += job.tries().len();
        ran.commands += job.tries().iter().map(|it| it.commands.len()).sum::<usize>();
        match came {
            Ok((problems, once)) => {
                ran.problems.extend(problems);
                ran.once.extend(once);
            }
            Err(error) => ran.could_not_run.push(format!("{} ({}): {error:#}", job.file(), job.name())),
        }
    }
    Ok(ran)
}

fn place(trial: &Trial, name: String) -> Place<'_> {
    Place { sandboxes: &trial.sandboxes, name: format!("{}{name}", trial.prefix), now: trial.clock.now() }
}

/// What is to be done: what is named, or everything whose turn it is.
fn jobs<'a>(library: &'a Library, asked: &Lint) -> anyhow::Result<Vec<Job<'a>>> {
    let mut jobs = Vec::new();
    for name in &asked.chapter {
        let chapter = name.parse().ok().and_then(|id| library.chapter(&id));
        jobs.push(Job::Chapter(chapter.with_context(|| format!("there is no chapter {name}"))?));
    }
    for name in &asked.task {
        let exercise = name.parse().ok().and_then(|id| library.exercise(&id));
        jobs.push(Job::Task(exercise.with_context(|| format!("there is no exercise {name}"))?));
    }
    for name in &asked.entry {
        let found = name.parse().ok().and_then(|id| library.entry(&id));
        let (group, entry) = found
            .filter(|(_, it)| it.entry.is_proved())
            .with_context(|| format!("there is no entry {name} with a fixture"))?;
        jobs.push(Job::Entry(group, entry));
    }
    if jobs.is_empty() {
        let has_turn = |place: usize| asked.turn.is_none_or(|turn| turn.has(place));
        let chapters = library.chapters().iter().filter(|it| !it.tries.is_empty()).enumerate();
        jobs.extend(chapters.filter(|(place, _)| has_turn(*place)).map(|(_, it)| Job::Chapter(it)));
        let tasks = library.exercises().iter().filter(|it| !it.tries.is_empty()).enumerate();
        jobs.extend(tasks.filter(|(place, _)| has_turn(*place)).map(|(_, it)| Job::Task(it)));
        let of = |group: &'a EntryGroup| group.entries.iter().map(move |entry| (group, entry));
        let proved = library.groups().iter().flat_map(|group| of(group)).filter(|(_, it)| it.entry.is_proved());
        let entries = proved.enumerate().filter(|(place, _)| has_turn(*place));
        jobs.extend(entries.map(|(_, (group, entry))| Job::Entry(group, entry)));
    }
    Ok(jobs)
}

/// What both times found in a line, as the second told it; and what one alone found.
fn apart(first: Vec<Problem>, second: Vec<Problem>) -> (Vec<Problem>, Vec<Problem>) {
    let found = |problems: &[Problem]| problems.iter().map(|it| it.line).collect::<BTreeSet<_>>();
    let (in_first, in_second) = (found(&first), found(&second));
    let (both, only_second): (Vec<_>, Vec<_>) = second.into_iter().partition(|it| in_first.contains(&it.line));
    let only_first = first.into_iter().filter(|it| !in_second.contains(&it.line));
    (both, only_first.chain(only_second).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_once_is_told_apart() {
        let at = |line: u32, text: &str| Problem::at("a.md", line, text);
        let (both, once) = apart(vec![at(1, "a"), at(2, "b")], vec![at(2, "c"), at(3, "d")]);
        assert_eq!((both, once), (vec![at(2, "c")], vec![at(1, "a"), at(3, "d")]));
    }
}
