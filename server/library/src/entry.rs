//! The cheat sheet as it is shown: groups of entries with their text rendered.
//! Invariant: ids of entries and of groups are unique together, for all of them share the page that is for paper.

use domain::{
    entry::Entry,
    id::{EntryId, GroupId},
};

/// The entries of one heading, from one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryGroup {
    /// Its name: that of its file, without the number.
    pub id: GroupId,
    /// Number of the part.
    pub part: u8,
    /// Place within the part, from 1.
    pub order: u16,
    /// Heading.
    pub title: String,
    /// Shell script that is done before the `given` of every fixture.
    pub given: String,
    /// In order.
    pub entries: Vec<RenderedEntry>,
    /// Where it was read, relative to the content folder.
    pub file: String,
}

/// An entry and what of it is shown as HTML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderedEntry {
    /// As written; `command` is what is copied.
    pub entry: Entry,
    /// The line of its command in the group's file.
    pub line: u32,
    /// The command, highlighted: the inside of a `<code>`.
    pub command_html: String,
    /// What it does; inline HTML.
    pub does_html: String,
    /// What it destroys; inline HTML.
    pub destroys_html: Option<String>,
    /// Its flags.
    pub flags: Vec<RenderedFlag>,
}

/// A flag and its meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderedFlag {
    /// As typed.
    pub flag: String,
    /// One sentence; inline HTML.
    pub does_html: String,
}

impl RenderedEntry {
    /// Its id and anchor.
    #[must_use]
    pub fn id(&self) -> &EntryId {
        &self.entry.id
    }
}

impl EntryGroup {
    /// Its path below the site's root.
    #[must_use]
    pub fn url(&self) -> String {
        format!("/cheatsheet/{}", self.id)
    }

    /// The path of one of its entries.
    #[must_use]
    pub fn url_of(&self, entry: &EntryId) -> String {
        format!("{}#{entry}", self.url())
    }
}
