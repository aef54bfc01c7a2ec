//! What a search finds.
//! Invariant: a snippet is text in which only `<mark>` and `</mark>` are markup, the rest is escaped HTML; facets count
//! before a kind is picked out.

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
    /// An error message of the cheat sheet, with its cure.
    Error,
}

impl HitKind {
    /// All kinds, in the order in which they are offered. Groups of hits stand in the order of their best ones.
    pub const ALL: [Self; 4] = [Self::Entry, Self::Chapter, Self::Exercise, Self::Error];

    /// Hits by kind: groups in the order of their first ones, hits in each in theirs.
    #[must_use]
    pub fn group(hits: Vec<SearchHit>) -> Vec<(Self, Vec<SearchHit>)> {
        let mut groups: Vec<(Self, Vec<SearchHit>)> = Vec::new();
        for hit in hits {
            match groups.iter_mut().find(|(kind, _)| *kind == hit.kind) {
                Some((_, hits)) => hits.push(hit),
                None => groups.push((hit.kind, vec![hit])),
            }
        }
        groups
    }

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

    /// What an address may say, in words.
    #[must_use]
    pub fn names() -> String {
        let [first, second, third, last] = Self::ALL.map(Self::as_str);
        format!("{first}, {second}, {third} or {last}")
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

/// The answer of `GET /api/search`, and what the results page shows.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SearchResults {
    /// Best first, whatever their kind.
    pub hits: Vec<SearchHit>,
    /// Hits of each kind; kinds without a hit may be left out.
    pub facets: Vec<Facet>,
    /// Other queries worth trying, e.g. the same in a mended spelling.
    pub instead: Vec<String>,
}

impl SearchResults {
    /// How many hits there are of a kind, or of all, shown or not.
    #[must_use]
    pub fn count(&self, kind: Option<HitKind>) -> u32 {
        let of_kind = self.facets.iter().filter(|facet| kind.is_none_or(|kind| facet.kind == kind));
        of_kind.map(|facet| facet.count).sum()
    }
}

/// How many hits of one kind there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facet {
    /// Which kind.
    pub kind: HitKind,
    /// How many.
    pub count: u32,
}

/// One hit.
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
