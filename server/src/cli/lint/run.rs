//! Doing what chapters offer to try: each chapter in a sandbox of its own, from its first block to its last, as a reader
//! would who tries everything.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use domain::problem::Problem;
use futures::StreamExt as _;
use library::{Chapter, Command, Library};
use sandbox::{EngineState, Sandboxes};

use super::{
    super::{Lint, trial::Trial},
    compare,
    shell::{Said, Shell, Silence},
};
use crate::config::Config;

/// All such commands on one engine share it.
const DEPLOYMENT: &str = "lint";
/// A command, or a script, takes no longer.
const PATIENCE: Duration = Duration::from_secs(120);
/// The engine of a new sandbox answers, and its shell, within this time.
const START: Duration = Duration::from_secs(60);
/// Sandboxes end by themselves after this many seconds.
const LIFE_SECONDS: i64 = 1800;
/// Lines of an answer that are told to the author, from its beginning and from its end.
const TOLD: usize = 8;

/// What came of it.
#[derive(Debug, Default)]
pub(super) struct Ran {
    pub(super) chapters: usize,
    pub(super) blocks: usize,
    pub(super) commands: usize,
    /// What was so twice.
    pub(super) problems: Vec<Problem>,
    /// What was so once, and not in another sandbox: it depends on chance, which may be the engine's.
    pub(super) once: Vec<Problem>,
    /// Of which chapters nothing is known, and why.
    pub(super) could_not_run: Vec<String>,
}

/// Do what the wanted chapters offer.
pub(super) async fn run(config: &Config, library: &Library, asked: &Lint) -> anyhow::Result<Ran> {
    let is = |chapter: &Chapter, name: &String| chapter.id.as_str() == name;
    for name in &asked.chapter {
        anyhow::ensure!(library.chapters().iter().any(|it| is(it, name)), "there is no chapter {name}");
    }
    let wanted: Vec<Arc<Chapter>> = library
        .chapters()
        .iter()
        .filter(|chapter| asked.chapter.is_empty() || asked.chapter.iter().any(|name| is(chapter, name)))
        .filter(|chapter| !chapter.tries.is_empty())
        .cloned()
        .collect();
    let trial = Trial::begin(config, DEPLOYMENT).await?;
    let all = futures::stream::iter(wanted)
        .map(|chapter| {
            let lease = format!("{}{}", trial.prefix, chapter.id);
            let (sandboxes, now) = (&trial.sandboxes, trial.clock.now());
            async move {
                let came = one(&chapter, sandboxes, &lease, now).await;
                (chapter, came.map(|faults| (faults, Vec::new())))
            }
        })
        .buffer_unordered(usize::from(asked.parallel))
        .collect::<Vec<_>>();
    let all = async {
        let mut all = all.await;
        // Alone on the machine: what an engine does only when it has too little of that is nothing that a chapter says.
        for (chapter, came) in &mut all {
            let Ok((first, once)) = came else { continue };
            if first.is_empty() {
                continue;
            }
            let lease = format!("{}{}-again", trial.prefix, chapter.id);
            match one(chapter, &trial.sandboxes, &lease, trial.clock.now()).await {
                Ok(second) => (*first, *once) = apart(std::mem::take(first), second),
                Err(error) => *came = Err(error),
            }
        }
        all
    };
    let mut ran = Ran::default();
    for (chapter, came) in trial.to_its_end(all).await? {
        ran.chapters += 1;
        ran.blocks += chapter.tries.len();
        ran.commands += chapter.tries.iter().map(|it| it.commands.len()).sum::<usize>();
        match came {
            Ok((problems, once)) => {
                ran.problems.extend(problems);
                ran.once.extend(once);
            }
            Err(error) => ran.could_not_run.push(format!("{}: {error:#}", chapter.file)),
        }
    }
    Ok(ran)
}

/// What both times found in a line, as the second told it; and what one alone found.
fn apart(first: Vec<Problem>, second: Vec<Problem>) -> (Vec<Problem>, Vec<Problem>) {
    let found = |problems: &[Problem]| problems.iter().map(|it| it.line).collect::<BTreeSet<_>>();
    let (in_first, in_second) = (found(&first), found(&second));
    let (both, only_second): (Vec<_>, Vec<_>) = second.into_iter().partition(|it| in_first.contains(&it.line));
    let only_first = first.into_iter().filter(|it| !in_second.contains(&it.line));
    (both, only_first.chain(only_second).collect())
}

/// What is wrong with a chapter in one sandbox.
async fn one(chapter: &Chapter, sandboxes: &Sandboxes, lease: &str, now: i64) -> anyhow::Result<Vec<Problem>> {
    let sandbox = sandboxes.create(lease, now + LIFE_SECONDS).await?;
    let engine = sandbox.wait_for_engine(START).await?;
    anyhow::ensure!(engine == EngineState::Ready, "the sandbox's engine did not start");
    let mut shell = Shell::open(&sandbox, START).await?;
    let mut problems = Vec::new();
    for command in chapter.tries.iter().flat_map(|it| &it.commands) {
        match shell.ask(&typed(command), PATIENCE).await {
            Ok(said) => {
                problems.extend(judge(command, &said).map(|fault| Problem::at(&chapter.file, command.line, fault)));
            }
            Err(silence @ (Silence::TooLong { .. } | Silence::Exited)) => {
                problems.push(Problem::at(&chapter.file, command.line, format!("`{}`: {silence}", first(command))));
                // What comes after it may build on it.
                break;
            }
            Err(silence) => return Err(silence.into()),
        }
    }
    sandbox.end().await?;
    Ok(problems)
}

/// A script is typed as one command, so that its end can be told.
fn typed(command: &Command) -> String {
    if command.answer.is_some() { command.typed.clone() } else { format!("{{\n{}\n}}", command.typed) }
}

fn first(command: &Command) -> &str {
    command.typed.lines().next().unwrap_or_default()
}

/// What is wrong with what came of a command.
fn judge(command: &Command, said: &Said) -> Option<String> {
    let told = || {
        let mut lines: Vec<&str> = said.lines.iter().map(String::as_str).collect();
        let over = lines.len().saturating_sub(2 * TOLD);
        if over > 0 {
            lines.splice(TOLD..TOLD + over, ["(and more)"]);
        }
        if lines.is_empty() { "nothing".to_owned() } else { format!("\n    {}", lines.join("\n    ")) }
    };
    match &command.answer {
        Some(answer) if compare::fits(answer, &said.lines) => None,
        Some(_) => Some(format!("`{}` prints something else: {}", first(command), told())),
        None if said.status == 0 => None,
        None => Some(format!("the script ends with {}; it prints {}", said.status, told())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(typed: &str, answer: Option<&[&str]>) -> Command {
        let answer = answer.map(|lines| lines.iter().map(|line| (*line).to_owned()).collect());
        Command { line: 3, typed: typed.to_owned(), answer }
    }

    #[test]
    fn what_comes_once_is_told_apart() {
        let at = |line: u32, text: &str| Problem::at("a.md", line, text);
        let (both, once) = apart(vec![at(1, "a"), at(2, "b")], vec![at(2, "c"), at(3, "d")]);
        assert_eq!((both, once), (vec![at(2, "c")], vec![at(1, "a"), at(3, "d")]));
    }

    #[test]
    fn sessions_are_judged_by_what_they_print_and_scripts_by_how_they_end() {
        let said = |lines: &[&str], status| Said { lines: lines.iter().map(|it| (*it).to_owned()).collect(), status };
        let session = command("docker ps -q", Some(&["…"]));
        assert_eq!(judge(&session, &said(&["a", "b"], 1)), None);
        let session = command("cat x", Some(&["hello"]));
        assert!(judge(&session, &said(&["No such file"], 1)).unwrap().contains("`cat x` prints something else"));
        let script = command("false", None);
        assert_eq!(judge(&script, &said(&["whatever"], 0)), None);
        assert!(judge(&script, &said(&[], 1)).unwrap().contains("ends with 1; it prints nothing"));
        assert_eq!(typed(&script), "{\nfalse\n}");
    }
}
