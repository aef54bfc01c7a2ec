//! Search over the content that is shipped, against queries judged by hand in `judged.toml`.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::{collections::BTreeSet, path::Path};

use library::{Library, load, search::Index};
use serde::Deserialize;

/// The least mean reciprocal rank of the first wanted hit among ten.
const MRR_MIN: f64 = 0.8;
/// The least share of queries with a wanted hit among the first five.
const RECALL_MIN: f64 = 0.9;

#[derive(Deserialize)]
struct Judged {
    query: Vec<Query>,
}

#[derive(Deserialize)]
struct Query {
    ask: String,
    want: Vec<String>,
}

fn is_wanted(url: &str, want: &[String]) -> bool {
    want.iter().any(|wanted| match wanted.strip_suffix("#*") {
        Some(page) => url == page || url.strip_prefix(page).is_some_and(|rest| rest.starts_with('#')),
        None => url == wanted,
    })
}

/// Every address that a hit can have.
fn addresses(library: &Library) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for chapter in library.chapters() {
        all.insert(chapter.url());
        all.extend(
            chapter.contents().filter_map(|it| it.anchor.as_ref()).map(|anchor| format!("{}#{anchor}", chapter.url())),
        );
    }
    all.extend(library.groups().iter().flat_map(|group| group.entries.iter().map(library::RenderedEntry::url)));
    all.extend(library.exercises().iter().map(|exercise| exercise.url()));
    all
}

#[test]
fn judged_queries_find_what_is_wanted() {
    let (library, _) = load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../content"));
    let index = Index::build(&library).unwrap();
    let judged: Judged = toml::from_str(include_str!("judged.toml")).unwrap();
    assert!(judged.query.len() >= 40);
    let addresses = addresses(&library);
    let (mut sum, mut among_five, mut nothing) = (0.0, 0, 0);
    for Query { ask, want } in &judged.query {
        assert!(addresses.iter().any(|url| is_wanted(url, want)), "nothing that `{ask}` wants is there any more");
        let hits = index.search(ask, None, 10).hits;
        let rank = hits.iter().position(|hit| is_wanted(&hit.url, want)).map(|place| place + 1);
        sum += rank.map_or(0.0, |rank| 1.0 / f64::from(u32::try_from(rank).unwrap()));
        among_five += u32::from(rank.is_some_and(|rank| rank <= 5));
        nothing += u32::from(hits.is_empty());
        if rank != Some(1) {
            let first: Vec<String> = hits.iter().take(4).map(|hit| format!("{} {:.1}", hit.url, hit.score)).collect();
            println!("{rank:?} {ask}: {}", first.join(", "));
        }
    }
    let count = f64::from(u32::try_from(judged.query.len()).unwrap());
    let (mrr, recall) = (sum / count, f64::from(among_five) / count);
    println!("{count} queries: MRR@10 {mrr:.3}, recall@5 {recall:.3}, {nothing} without a hit");
    assert!(
        mrr >= MRR_MIN && recall >= RECALL_MIN && nothing == 0,
        "MRR@10 {mrr:.3}, recall@5 {recall:.3}, {nothing} without a hit"
    );
}
