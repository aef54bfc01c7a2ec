//! What a learner does in one sitting: reads, presses Start, works in the terminal, checks, loses the connection, leaves,
//! comes back, ends.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use super::{count::Trouble, dice::Dice, visitor::Visitor};
use crate::Terminal;

const PAGES: [&str; 8] = [
    "/",
    "/chapters",
    "/chapters/flattening-images",
    "/cheatsheet",
    "/cheatsheet/flatten-and-secrets",
    "/exercises",
    "/api/search?q=volume",
    "/search?q=flatten",
];
/// The one that is solved now and then.
const SOLVED: &str = "flatten-secret-image";
const EXERCISES: [Option<&str>; 6] = [
    Some(SOLVED),
    Some(SOLVED),
    Some("lean-context"),
    Some("run-as-non-root"),
    Some("entrypoint-defaults"),
    // A free sandbox.
    None,
];
/// A small thing to do with an engine, and what it prints.
const COMMANDS: [(&str, &str); 3] = [
    ("docker run --rm --network none busybox echo moored", "moored"),
    (
        "printf 'FROM busybox\\nRUN echo moored > /mark\\n' | docker build -qt mine - >/dev/null && docker run --rm mine cat /mark",
        "moored",
    ),
    ("docker volume create hold >/dev/null && docker volume ls -q | grep -c hold", "1"),
];

/// What an engine did in the last minutes, and what is in the image that was perhaps built.
const EVENTS: &str = "docker run --rm --network none mine ls -l /mark 2>&1; docker events --since 3m --until 0s --format '{{.TimeNano}} {{.Type}} {{.Action}} {{.Actor.Attributes.exitCode}}' 2>&1 | tail -n 20";

/// How fast a learner is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    /// About how long it takes to think of the next step.
    pub(super) think: Duration,
    /// From then on nobody begins anything.
    pub(super) until: Instant,
}

impl Pace {
    async fn think(self, dice: &mut Dice) -> Result<(), Trouble> {
        tokio::time::sleep(dice.about(self.think)).await;
        if Instant::now() < self.until { Ok(()) } else { Err(Trouble::Late) }
    }
}

/// Different exercises that are done.
#[must_use]
pub(super) fn exercises() -> u64 {
    let different: BTreeSet<&str> = EXERCISES.iter().filter_map(|exercise| *exercise).collect();
    different.len() as u64
}

/// One sitting.
///
/// # Errors
/// When something failed, which is counted, or the time is over.
pub(super) async fn sitting(visitor: &mut Visitor, dice: &mut Dice, pace: Pace) -> Result<(), Trouble> {
    for _ in 0..3 {
        let page: &str = dice.of::<&str>(&PAGES);
        visitor.get(page).await?;
        pace.think(dice).await?;
    }
    let exercise = *dice.of(&EXERCISES);
    // Left behind in an earlier sitting: one sandbox at a time is enough.
    visitor.leave().await;
    let page = exercise.map_or_else(|| "/exercises".to_owned(), |exercise| format!("/exercises/{exercise}"));
    visitor.get(&page).await?;
    let mut lease = visitor.start(exercise).await?;
    let mut terminal = visitor.terminal(&lease, 0).await?;
    visitor.over("a prompt", async |_| terminal.until("# ").await).await?;
    pace.think(dice).await?;
    says(visitor, &mut terminal, "typing", "echo aboard", "aboard").await?;
    pace.think(dice).await?;

    let (command, wanted) = dice.of(&COMMANDS);
    let builds = command.contains("docker build");
    // With what it complains of, and how it ended: that is the error then.
    let said = visitor.command(&mut terminal, &format!("{{ {command}; }} 2>&1; echo $?")).await?;
    if !said.lines().rev().take(2).eq(["0", wanted]) {
        let events = visitor.command(&mut terminal, EVENTS).await?;
        return Err(visitor.wrong(command, format!("{said}\n{events}")));
    }
    visitor.engine(&lease).await?;
    pace.think(dice).await?;

    let note = format!("note {}", dice.below(1_000_000));
    visitor.put(&format!("/api/leases/{lease}/files/note.txt"), note.as_bytes()).await?;
    visitor.get(&format!("/api/leases/{lease}/files")).await?;
    if let Some(exercise) = exercise {
        let solves = exercise == SOLVED && dice.below(2) == 0;
        if solves {
            visitor.solve(&lease, exercise, &mut terminal).await?;
            visitor.done("solved");
        }
        pace.think(dice).await?;
        let verdict = visitor.check(&lease).await?;
        if solves && verdict["passed"] != true {
            return Err(visitor.wrong("a solution", verdict));
        }
    }

    // The connection breaks; the shell is the same, at the same byte.
    let shell = visitor.command(&mut terminal, "echo $$").await?;
    let at = terminal.end();
    drop(terminal);
    pace.think(dice).await?;
    let mut terminal = visitor.terminal(&lease, at).await?;
    says(visitor, &mut terminal, "reconnecting", "echo $$", &shell).await?;
    visitor.done("reconnected");

    match dice.below(3) {
        // Reloads the page.
        0 => {
            drop(terminal);
            visitor.get(&page).await?;
            let view = visitor.get(&format!("/api/leases/{lease}")).await?.json();
            is(visitor, "reloading", view["state"].as_str().unwrap_or_default(), "ready")?;
            terminal = visitor.terminal(&lease, 0).await?;
            says(visitor, &mut terminal, "reloading", "echo $$", &shell).await?;
            visitor.done("reloaded");
        }
        // Leaves, and comes back to the same.
        1 => {
            drop(terminal);
            pace.think(dice).await?;
            pace.think(dice).await?;
            let same = visitor.start(exercise).await?;
            is(visitor, "coming back", &same, &lease)?;
            terminal = visitor.terminal(&lease, 0).await?;
            says(visitor, &mut terminal, "coming back", "echo $$", &shell).await?;
            visitor.done("came back");
        }
        // Ends it and resumes: files and small images of an exercise are there.
        _ => {
            drop(terminal);
            visitor.end(&lease).await?;
            pace.think(dice).await?;
            lease = visitor.start(exercise).await?;
            terminal = visitor.terminal(&lease, 0).await?;
            if exercise.is_some() {
                let kept = visitor.get(&format!("/api/leases/{lease}/files/note.txt")).await?.text();
                is(visitor, "resuming", &kept, &note)?;
                if builds {
                    says(visitor, &mut terminal, "resuming", "docker run --rm mine cat /mark", "moored").await?;
                    visitor.done("found images again");
                }
            }
            says(visitor, &mut terminal, "resuming", "echo on", "on").await?;
            visitor.done("resumed");
        }
    }
    pace.think(dice).await?;
    // Not everybody presses End.
    if dice.below(4) > 0 {
        visitor.end(&lease).await?;
    }
    visitor.done("sat");
    Ok(())
}

/// A command must put out exactly this.
async fn says(
    visitor: &mut Visitor,
    terminal: &mut Terminal,
    what: &str,
    command: &str,
    wanted: &str,
) -> Result<(), Trouble> {
    let said = visitor.command(terminal, command).await?;
    is(visitor, what, &said, wanted)
}

fn is(visitor: &Visitor, what: &str, found: &str, wanted: &str) -> Result<(), Trouble> {
    if found == wanted { Ok(()) } else { Err(visitor.wrong(what, format!("{found:?} in place of {wanted:?}"))) }
}
