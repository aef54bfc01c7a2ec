//! Search hits.
//! Invariant: a snippet is text in which only `<mark>` and `</mark>` are markup; the rest is escaped HTML.

use serde::{Deserialize, Serialize};

/// The longest query that is looked at, in characters; a pasted log fits.
pub const LONGEST_QUERY: usize = 8_000;

/// What a hit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HitKind {
    /// A section of a chapter.
    Chapter,
    /// A cheat-sheet entry.
    Entry,
    /// An exercise.
    Exercise,
    /// An error message and its cure.
    Error,
}

impl HitKind {
    /// All kinds, in the order in which groups are shown.
    pub const ALL: [Self; 4] = [Self::Entry, Self::Chapter, Self::Exercise, Self::Error];

    /// As in addresses: `?kind=…`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Chapter => "chapter",
            Self::Entry => "entry",
            Self::Exercise => "exercise",
            Self::Error => "error",
        }
    }

    /// From an address; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// Heading of a group of hits.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Chapter => "Chapters",
            Self::Entry => "Cheat sheet",
            Self::Exercise => "Exercises",
            Self::Error => "Error messages",
        }
    }
}

/// One hit of `GET /api/search`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SearchHit {
    /// What it is.
    pub kind: HitKind,
    /// Title of the chapter, entry or exercise.
    pub title: String,
    /// Heading of the section, or the group of an entry; empty when there is none.
    pub section: String,
    /// Path below the site's root, with its anchor.
    pub url: String,
    /// The words around the match; see the module's invariant. For an entry: its command.
    pub snippet: String,
    /// Higher is better; only comparable within one answer.
    pub score: f32,
    /// An entry's text to copy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
}
