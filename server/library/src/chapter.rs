//! A chapter as it is shown: its HTML, and its sections for contents, links and search.
//! Invariant: every anchor in `html` that a heading made is in `anchors`, and each is unique.

use std::collections::BTreeSet;

use domain::{chapter::FrontMatter, id::ChapterId};

/// A chapter, rendered.
#[derive(Debug, Clone, PartialEq)]
pub struct Chapter {
    /// Its file name without number and extension.
    pub id: ChapterId,
    /// Number of the part it belongs to.
    pub part: u8,
    /// What the front matter says.
    pub meta: FrontMatter,
    /// The text without the title.
    pub html: String,
    /// The opening (level 1, no anchor) and then one section for each `##` and `###` heading, in order.
    pub sections: Vec<Section>,
    /// Every anchor that a link may name, also those of deeper headings.
    pub anchors: BTreeSet<String>,
    /// What readers are offered to try, in order.
    pub tries: Vec<Try>,
    /// Where it was read, relative to the content folder.
    pub file: String,
}

/// A code block that readers are offered to try: its commands, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Try {
    /// The commands; of a script one, which is all of it.
    pub commands: Vec<Command>,
}

/// What is typed, and what is said to come of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// Its line in the file.
    pub line: u32,
    /// What is typed, without prompts; one line or more.
    pub typed: String,
    /// The lines of the answer, where the block is a session; `None` for a script, of which nothing is told.
    pub answer: Option<Vec<String>>,
}

impl Chapter {
    /// The sections that on-page contents list: those with a heading.
    pub fn contents(&self) -> impl Iterator<Item = &Section> {
        self.sections.iter().filter(|section| section.anchor.is_some())
    }

    /// The section with this anchor.
    #[must_use]
    pub fn section(&self, anchor: &str) -> Option<&Section> {
        self.sections.iter().find(|section| section.anchor.as_deref() == Some(anchor))
    }

    /// The path below the site's root.
    #[must_use]
    pub fn url(&self) -> String {
        format!("/chapters/{}", self.id)
    }
}

/// What stands between one heading and the next.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Section {
    /// The heading's anchor; `None` for the opening.
    pub anchor: Option<String>,
    /// 1 for the opening, else the heading's level, 2 or 3.
    pub level: u8,
    /// The heading as plain text; empty for the opening.
    pub title: String,
    /// The headings above it, outermost first, without the chapter's title.
    pub path: Vec<String>,
    /// What is read, as plain text: paragraphs, lists, tables, inline code.
    pub text: String,
    /// The code blocks, one after the other; of a console session what is typed and what is answered.
    pub code: String,
}
