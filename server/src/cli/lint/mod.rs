//! `drydock lint`: every fault of the content, or as JSON a list of `{file, line, message}`. With `--run` also where
//! doing what a chapter or a task offers to try does not give what it says, and where an entry of the cheat sheet does
//! not do what its fixture looks for. Exit codes: 0 no fault, 1 some, 2 it could not be found out.

use library::Library;

use self::run::Ran;
use super::{Found, Lint, read_content};
use crate::config::Config;

mod compare;
mod entry;
mod place;
mod run;
mod shell;
mod task;
mod tries;

pub(super) async fn lint(config: &Config, asked: &Lint) -> anyhow::Result<Found> {
    let (library, mut problems) = read_content(config)?;
    let ran = match asked.run {
        true => Some(run::run(config, &library, asked).await?),
        false => None,
    };
    problems.extend(ran.iter().flat_map(|ran| ran.problems.iter().cloned()));
    problems.sort_by(|one, other| (&one.file, one.line).cmp(&(&other.file, other.line)));
    if asked.output.json {
        say!("{}", serde_json::to_string(&problems)?);
    } else {
        for problem in &problems {
            say!("{problem}");
        }
        if let Some(ran) = &ran {
            let Ran { commands, blocks, chapters, tasks, entries, .. } = ran;
            say!(
                "did {commands} commands in {blocks} blocks of {chapters} chapters and {tasks} tasks, and {entries} entries"
            );
            let unsaid = unsaid(&library);
            if unsaid > 0 {
                say!("{unsaid} entries do not say how they are proved");
            }
        }
        say!(
            "{} chapters, {} exercises, {} entries: {} faults",
            library.chapters().len(),
            library.exercises().len(),
            library.entry_count(),
            problems.len()
        );
    }
    for once in ran.iter().flat_map(|ran| &ran.once) {
        eprintln!("not so when it was done again: {once}");
    }
    for unknown in ran.iter().flat_map(|ran| &ran.could_not_run) {
        eprintln!("could not run {unknown}");
    }
    let unknown = ran.is_some_and(|ran| !ran.could_not_run.is_empty());
    Ok(match (problems.is_empty(), unknown) {
        (true, false) => Found::Fine,
        (true, true) => Found::Unknown,
        (false, _) => Found::Wrong,
    })
}

/// How many entries have no fixture.
fn unsaid(library: &Library) -> usize {
    let entries = library.groups().iter().flat_map(|group| &group.entries);
    entries.filter(|it| it.entry.fixture.is_none()).count()
}
