//! An entry of the cheat sheet, done where its fixture says it helps.

use std::time::Duration;

use domain::entry::{Entry, Fixture};
use library::RenderedEntry;
use sandbox::{FileContent, Sandbox};

use super::{
    place::PATIENCE,
    shell::{Said, Shell, Silence},
};

/// What the command printed, for the script that looks at what came of it.
const SAID: &str = "/tmp/said";
/// What stands in the entry, for the script that uses it.
const ENTRY: &str = "/tmp/entry";

/// After this time a command that asks something has asked it.
const BEFORE_ANSWER: Duration = Duration::from_secs(2);
/// Ctrl-C, and how long what it ends may take for it.
const INTERRUPT: &str = "\u{3}";
const AFTER_INTERRUPT: Duration = Duration::from_secs(30);

/// What is not as it says.
pub(super) async fn fault(
    given: &str,
    rendered: &RenderedEntry,
    sandbox: &Sandbox,
    shell: &mut Shell,
) -> anyhow::Result<Option<String>> {
    let entry = &rendered.entry;
    let Some(fixture) = &entry.fixture else { return Ok(None) };
    match prove(given, entry, fixture, sandbox, shell).await {
        Ok(fault) => Ok(fault.map(|it| format!("{}: {it}", entry.id))),
        Err(silence) if silence.is_of_the_command() => Ok(Some(format!("{}: {silence}", entry.id))),
        Err(silence) => Err(silence.into()),
    }
}

async fn prove(
    given: &str,
    entry: &Entry,
    fixture: &Fixture,
    sandbox: &Sandbox,
    shell: &mut Shell,
) -> Result<Option<String>, Silence> {
    if fixture.two_hosts {
        sandbox.add_host().await?;
    }
    let given = shell.ask(&script(&fixture.all_given(given)), PATIENCE).await?;
    if given.status != 0 {
        return Ok(Some(ended("what it needs is not made: `given`", &given)));
    }
    sandbox.put_files(&[FileContent::new(ENTRY, format!("{}\n", entry.command.trim_end()))]).await?;
    if entry.is_typed() {
        let command = script(&entry.command);
        let said = match fixture.interrupt_after {
            Some(seconds) => {
                let interrupt = (Duration::from_secs(seconds.into()), INTERRUPT.to_owned());
                shell.ask_and_press(&command, [interrupt], AFTER_INTERRUPT).await?
            }
            None => {
                let answers = fixture.answers.lines().map(|line| (BEFORE_ANSWER, format!("{line}\n")));
                shell.ask_and_press(&command, answers, PATIENCE).await?
            }
        };
        if fixture.interrupt_after.is_none() && said.status != i32::from(fixture.exit) {
            return Ok(Some(ended("the command", &said)));
        }
        sandbox.put_files(&[FileContent::new(SAID, said.lines.join("\n") + "\n")]).await?;
    }
    let then = shell.ask(&script(&fixture.then), PATIENCE).await?;
    Ok((then.status != 0).then(|| ended("it does not do what it says: the script `then`", &then)))
}

/// Typed as one command, in a shell of its own that ends where a command fails.
fn script(text: &str) -> String {
    format!("(set -e\n:\n{}\n)", text.trim())
}

fn ended(what: &str, said: &Said) -> String {
    format!("{what} ends with {}; it prints {}", said.status, said.told())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_may_be_empty() {
        assert_eq!(script("\ntrue\n"), "(set -e\n:\ntrue\n)");
        assert_eq!(script(""), "(set -e\n:\n\n)");
    }
}
