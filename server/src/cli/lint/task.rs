//! What the task of an exercise offers to try: some of it shows what is there at the start, some is for afterwards.
//! Invariant: each block does what the task says at the one time or at the other.

use domain::{problem::Problem, template::Values};
use library::{Case, Exercise, Try};
use sandbox::Sandbox;

use super::{
    super::solve::furnish_and_solve,
    place::{Place, START},
    shell::Shell,
    tries::{self, Tried},
};
use crate::random;

/// What is wrong with it: in a sandbox as learners get it and, of what is not so there, in one with the solution.
pub(super) async fn faults(exercise: &Exercise, place: &Place<'_>) -> anyhow::Result<Vec<Problem>> {
    let before =
        place.with("start", async |sandbox: &Sandbox| at(exercise, None, &exercise.tries, sandbox).await).await?;
    let open = still_open(&exercise.tries, &before);
    let Some(solution) = exercise.solution().filter(|_| !open.is_empty()) else { return Ok(before.problems) };
    let after =
        place.with("solved", async |sandbox: &Sandbox| at(exercise, Some(solution), &open, sandbox).await).await?;
    Ok(after.problems)
}

async fn at(exercise: &Exercise, done: Option<&Case>, blocks: &[Try], sandbox: &Sandbox) -> anyhow::Result<Tried> {
    let (canary, nonce) = (random::canary(), random::nonce());
    let values = Values { canary: &canary, nonce: &nonce, fresh: None };
    if let Err(said) = furnish_and_solve(sandbox, exercise, done, &values).await? {
        anyhow::bail!("the solution {}: {said}", done.map_or("", |case| case.id.as_str()));
    }
    let mut shell = Shell::open(sandbox, START).await?;
    let blocks: Vec<Try> = blocks.iter().map(|block| filled(block, &values)).collect();
    tries::go_through(&exercise.task_file(), &blocks, &mut shell).await
}

/// As the learner sees it.
fn filled(block: &Try, values: &Values<'_>) -> Try {
    let mut block = block.clone();
    for command in &mut block.commands {
        command.typed = values.fill(&command.typed);
        for line in command.answer.iter_mut().flatten() {
            *line = values.fill(line);
        }
    }
    block
}

/// The blocks in which something was not so, or which were not come to.
fn still_open(blocks: &[Try], tried: &Tried) -> Vec<Try> {
    let stopped_at = tried.problems.last().and_then(|problem| problem.line).filter(|_| tried.stopped);
    let is_open = |block: &&Try| {
        let mut lines = block.commands.iter().map(|command| command.line);
        lines
            .any(|line| stopped_at.is_some_and(|at| line > at) || tried.problems.iter().any(|it| it.line == Some(line)))
    };
    blocks.iter().filter(is_open).cloned().collect()
}

#[cfg(test)]
mod tests {
    use library::Command;

    use super::*;

    #[test]
    fn open_is_what_was_wrong_and_what_was_not_come_to() {
        let block = |line| Try { commands: vec![Command { line, typed: String::new(), answer: None }] };
        let blocks = [block(3), block(9), block(15)];
        let lines =
            |tried: &Tried| still_open(&blocks, tried).iter().map(|block| block.commands[0].line).collect::<Vec<_>>();
        let problems = vec![Problem::at("task.md", 9, "no")];
        assert_eq!(lines(&Tried { problems: problems.clone(), stopped: false }), [9]);
        assert_eq!(lines(&Tried { problems, stopped: true }), [9, 15]);
        assert!(lines(&Tried::default()).is_empty());
    }

    #[test]
    fn values_are_typed_as_the_learner_sees_them() {
        let values = Values { canary: "c", nonce: "n", fresh: None };
        let command =
            Command { line: 1, typed: "ask {{nonce}}".to_owned(), answer: Some(vec!["{{canary}}".to_owned()]) };
        let filled = filled(&Try { commands: vec![command] }, &values);
        assert_eq!(filled.commands[0].typed, "ask n");
        assert_eq!(filled.commands[0].answer, Some(vec!["c".to_owned()]));
    }
}
