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
    /// Name, unique over all files; the anchor on the page.
    pub id: EntryId,
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
    /// Offer "try it" in a sandbox.
    #[serde(default)]
    pub runnable: bool,
    /// How it is proved; `None` while nobody has said so.
    #[serde(default)]
    pub fixture: Option<Fixture>,
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
