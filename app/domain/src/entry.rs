//! Cheat-sheet entries: one task, one command, what it does and what it destroys.
//! Stored as `[[entry]]` tables in `content/cheatsheet/*.toml`.

use serde::{Deserialize, Serialize};

use crate::{chapter::SectionRef, id::EntryId};

/// One file of the cheat sheet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntryFile {
    /// Number of the part.
    pub part: u8,
    /// Place of the group within the part, from 1.
    pub order: u16,
    /// Group heading, e.g. "Make an image smaller".
    pub group: String,
    /// Shell script that is done before the `given` of every fixture in the file.
    #[serde(default)]
    pub given: String,
    /// The entries, in order.
    pub entry: Vec<Entry>,
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Name, unique over all files; the anchor on the page of its group.
    pub id: EntryId,
    /// It belongs on the sheet of two pages with what is used most.
    #[serde(default)]
    pub essential: bool,
    /// What somebody wants, as they would say it: "Find out why a container died".
    pub task: String,
    /// The command or the lines to copy.
    pub command: String,
    /// Language for highlighting: `sh` unless told (`dockerfile`, `yaml`, …).
    #[serde(default = "shell")]
    pub language: String,
    /// What it does, one or two sentences of Markdown.
    pub does: String,
    /// Flags that matter.
    #[serde(default)]
    pub flags: Vec<Flag>,
    /// What it destroys; `None` when nothing.
    #[serde(default)]
    pub destroys: Option<String>,
    /// Where it is explained.
    pub section: SectionRef,
    /// Words that people look for.
    #[serde(default)]
    pub tags: Vec<String>,
    /// How it is proved; `None` while nobody has said so.
    #[serde(default)]
    pub fixture: Option<Fixture>,
}

impl Entry {
    /// Whether it is proved by doing it: it says how, and a sandbox can.
    #[must_use]
    pub fn is_proved(&self) -> bool {
        self.fixture.as_ref().is_some_and(|fixture| fixture.not_here.is_none())
    }

    /// Whether its command is typed into a shell; what is not belongs into a file.
    #[must_use]
    pub fn is_typed(&self) -> bool {
        self.language == "sh" && self.fixture.as_ref().is_none_or(|fixture| !fixture.file)
    }

    /// Whether it can be typed into a sandbox in which its fixture was laid: a shell command that is proved there, and
    /// does not end the shell or change how it goes on.
    #[must_use]
    pub fn can_be_tried(&self) -> bool {
        let is_of_scripts = |line: &str| ["exit", "set -", "trap "].iter().any(|it| line.trim_start().starts_with(it));
        self.is_proved() && self.is_typed() && !self.command.lines().any(is_of_scripts)
    }
}

/// How an entry is proved, by `drydock lint --run`: in the working folder of a fresh sandbox the `given` scripts are done,
/// then the command, line by line until one fails, then the `then` script. What stands in the entry is in the file
/// `/tmp/entry` for `then` to use; where it is no shell command, or a file's content, nothing else is done with it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fixture {
    /// Shell script that makes what the command needs.
    #[serde(default)]
    pub given: String,
    /// The command's exit code.
    #[serde(default)]
    pub exit: u8,
    /// For a command that does not end by itself: Ctrl-C is pressed after so many seconds, and no exit code is expected.
    #[serde(default)]
    pub interrupt_after: Option<u8>,
    /// Shell script that ends with 0 when the command did what the entry says; what it printed is in `/tmp/said`.
    #[serde(default)]
    pub then: String,
    /// What is typed when the command asks something.
    #[serde(default)]
    pub answers: String,
    /// What stands in the entry belongs into a file, and is not typed.
    #[serde(default)]
    pub file: bool,
    /// It needs the sandbox's second host.
    #[serde(default)]
    pub two_hosts: bool,
    /// Why it cannot be done in a sandbox; nothing is then.
    #[serde(default)]
    pub not_here: Option<String>,
}

impl Fixture {
    /// What is done before the command: the script of the whole file, then its own. Empty when there is nothing to do.
    #[must_use]
    pub fn all_given(&self, of_file: &str) -> String {
        format!("{}\n{}", of_file.trim(), self.given.trim()).trim().to_owned()
    }
}

/// A flag and its meaning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Flag {
    /// As typed, e.g. `--no-cache`.
    pub flag: String,
    /// One sentence.
    pub does: String,
}

fn shell() -> String {
    "sh".to_owned()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn only_what_says_how_is_proved_and_only_commands_are_tried() {
        for (fixture, proved, tried) in [
            ("", false, false),
            ("fixture = {}", true, true),
            ("fixture.exit = 1", true, true),
            ("fixture.file = true", true, false),
            ("language = 'yaml'\nfixture = {}", true, false),
            ("fixture = {}\ncommand = '''false\n  exit 1'''", true, false),
            ("fixture.not_here = 'no network'", false, false),
        ] {
            let command = if fixture.contains("command") { "" } else { "command='c'\n" };
            let text = format!("id='a'\ntask='b'\n{command}does='d'\nsection='e'\n{fixture}");
            let entry = toml::from_str::<Entry>(&text).unwrap();
            assert_eq!((entry.is_proved(), entry.can_be_tried()), (proved, tried), "{fixture}");
        }
    }
}
