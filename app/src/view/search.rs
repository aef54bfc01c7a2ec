//! Search results as a page.
//! Invariant: facets count hits before the kind is narrowed.

use serde::{Deserialize, Serialize};

use crate::api::{HitKind, SearchHit};

/// The page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SearchResults {
    /// Best first.
    pub hits: Vec<SearchHit>,
    /// Hits of each kind; kinds without a hit may be left out.
    pub facets: Vec<Facet>,
    /// Other queries worth trying when nothing was found, e.g. a mended spelling.
    pub instead: Vec<String>,
}

/// How many hits of one kind there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facet {
    /// Which kind.
    pub kind: HitKind,
    /// How many.
    pub count: u32,
}
