//! Search, for the page and for the API.

use app::{
    api::{HitKind, SearchHit},
    view::{Facet, SearchResults},
};
use library::search::{Hit, Index, Kind};

use super::{count, hit_kind};

/// The index's name of a kind; `None` for what is not indexed yet.
pub(crate) fn filter(kind: HitKind) -> Option<Kind> {
    Kind::parse(kind.as_str())
}

/// A hit as the browser sees it.
pub(crate) fn hit(hit: Hit) -> SearchHit {
    SearchHit {
        kind: hit_kind(hit.kind),
        title: hit.title,
        section: hit.section,
        url: hit.url,
        snippet: hit.snippet,
        score: hit.score,
        command: hit.command,
    }
}

pub(super) fn results(index: &Index, text: &str, kind: Option<HitKind>, limit: usize) -> SearchResults {
    let found = index.search(text, kind.and_then(filter), limit);
    SearchResults {
        hits: found.hits.into_iter().map(hit).collect(),
        facets: found
            .counts
            .into_iter()
            .map(|(kind, number)| Facet { kind: hit_kind(kind), count: count(number) })
            .collect(),
        instead: found.instead,
    }
}
