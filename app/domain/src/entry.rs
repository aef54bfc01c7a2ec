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
