//! The cheat sheet: groups of entries, each one task with its command.
//! Invariant: the text of `command_html` is what is copied.

use domain::id::{EntryId, GroupId};
use serde::{Deserialize, Serialize};

use super::SectionLink;

/// The page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheatSheet {
    /// In order.
    pub groups: Vec<EntryGroup>,
    /// Whether "try it" can be offered.
    pub may_try: bool,
}

/// Entries under one heading.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryGroup {
    /// Its name and its anchor.
    pub id: GroupId,
    /// Number of the part.
    pub part: u8,
    /// Title of the part.
    pub part_title: String,
    /// Heading, e.g. "Make an image smaller".
    pub title: String,
    /// In order.
    pub entries: Vec<EntryView>,
}

impl EntryGroup {
    /// The path of its page.
    #[must_use]
    pub fn url(&self) -> String {
        format!("/cheatsheet/{}", self.id)
    }
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryView {
    /// Its id and anchor.
    pub id: EntryId,
    /// It is on the sheet of two pages.
    pub essential: bool,
    /// What somebody wants.
    pub task: String,
    /// The command, highlighted: the inside of a `<code>`.
    pub command_html: String,
    /// What it does.
    pub does_html: String,
    /// Flags that matter.
    pub flags: Vec<FlagView>,
    /// What it destroys, rendered inline; `None` when nothing.
    pub destroys_html: Option<String>,
    /// Where it is explained.
    pub section: SectionLink,
    /// Words that people look for; the filter matches them too.
    pub tags: Vec<String>,
    /// Offer "try it".
    pub may_try: bool,
}

/// A flag and its meaning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlagView {
    /// As typed.
    pub flag: String,
    /// One sentence, rendered inline.
    pub does_html: String,
}
