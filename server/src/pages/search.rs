//! Search, for the page, for the API and for the command line.

use app::{
    api::{HitKind, SearchHit},
    view::{Facet, SearchResults},
};
use library::search::{Hit, Index, Kind};

use super::{count, hit_kind};

/// The index's name of a kind.
fn filter(kind: HitKind) -> Kind {
    match kind {
        HitKind::Chapter => Kind::Chapter,
        HitKind::Entry => Kind::Entry,
        HitKind::Exercise => Kind::Exercise,
        HitKind::Error => Kind::Error,
    }
}

/// A hit as the browser sees it.
fn hit(hit: Hit) -> SearchHit {
    SearchHit {
        kind: hit_kind(hit.kind),
        // Shown as plain text, where marks of code would be in the way.
        title: hit.title.replace('`', ""),
        section: hit.section,
        url: hit.url,
        snippet: hit.snippet,
        score: hit.score,
        command: hit.command,
    }
}

/// What a query finds: on a page, as JSON and on the command line.
pub(crate) fn results(index: &Index, text: &str, kind: Option<HitKind>, limit: usize) -> SearchResults {
    let found = index.search(text, kind.map(filter), limit);
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
