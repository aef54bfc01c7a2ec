//! Search over chapters by section, cheat-sheet entries, error messages and exercises.
//! Invariant: any text is a query and no query is an error; the index is in memory and never changes once built.

mod asked;
mod collect;
mod commands;
mod document;
mod index;
mod lower;
mod messages;
mod rank;
mod snippet;
mod synonyms;
mod vocabulary;
mod words;

use serde::{Deserialize, Serialize};

pub use self::index::{Index, IndexError};

/// What can be found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A section of a chapter.
    #[default]
    Chapter,
    /// A cheat-sheet entry.
    Entry,
    /// An exercise.
    Exercise,
    /// A cheat-sheet entry that explains an error message.
    Error,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::Chapter, Self::Entry, Self::Exercise, Self::Error];

    /// As in answers and addresses.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Chapter => "chapter",
            Self::Entry => "entry",
            Self::Exercise => "exercise",
            Self::Error => "error",
        }
    }

    /// The kind of this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// One thing found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Hit {
    /// What it is.
    pub kind: Kind,
    /// Title of the chapter or exercise, task of the entry.
    pub title: String,
    /// Heading of the section, group of the entry, part of the exercise; empty when there is none.
    pub section: String,
    /// Path below the site's root, with its anchor.
    pub url: String,
    /// Words around the match, of an entry its command: escaped HTML in which only `<mark>` is markup.
    pub snippet: String,
    /// Higher is better; comparable within one answer only.
    pub score: f32,
    /// What an entry's copy button copies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
}

/// The answer to a query.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Found {
    /// Best first.
    pub hits: Vec<Hit>,
    /// How many there are of each kind, whatever kind was asked for, in the order of [`Kind::ALL`].
    pub counts: Vec<(Kind, usize)>,
    /// The query with its spelling mended, when it has words that are nowhere.
    pub instead: Vec<String>,
}

#[cfg(test)]
mod tests;
