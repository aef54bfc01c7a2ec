//! Search over the content that is shipped, against queries judged by hand: those of `judged.toml`, and the suite that
//! `tests/relevance` compares other engines with, by the same rules and with the same floor.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use library::{Library, load, search::Index};
use serde::Deserialize;

/// The least mean reciprocal rank of the first wanted hit among ten.
const MRR_MIN: f64 = 0.84;
/// The least share of queries with a wanted hit among the first five.
const RECALL_MIN: f64 = 0.94;

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
    all.extend(library.groups().iter().flat_map(|group| group.entries.iter().map(|entry| group.url_of(entry.id()))));
    all.extend(library.exercises().iter().map(|exercise| exercise.url()));
    all
}

/// How far down a first answer counts, and how far down answers are counted.
const DEEPEST: usize = 10;
const ABOVE: usize = 5;
/// Smaller differences are rounding.
const SLACK: f64 = 0.0005;

#[derive(Deserialize)]
struct Suite {
    query: Vec<Asked>,
}

/// A query of the suite: `best` are the answers, `good` count for recall alone.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    text: String,
    kind: String,
    #[serde(rename = "part")]
    _part: u32,
    best: Vec<String>,
    #[serde(default)]
    good: Vec<String>,
}

/// What `tests/relevance/floor.json` holds, and what is measured.
#[derive(Clone, Copy, Default, Deserialize)]
struct Measured {
    mrr: f64,
    recall: f64,
    zero: f64,
}

fn number(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap())
}

/// The means of many.
fn mean(all: &[Measured]) -> Measured {
    let mean = |value: fn(&Measured) -> f64| all.iter().map(value).sum::<f64>() / number(all.len());
    Measured { mrr: mean(|it| it.mrr), recall: mean(|it| it.recall), zero: mean(|it| it.zero) }
}

fn show(name: &str, all: &[Measured]) {
    let Measured { mrr, recall, zero } = mean(all);
    println!("{name:12} {:4}  MRR@10 {mrr:.3}  recall@5 {recall:.3}  nothing {:.1} %", all.len(), 100.0 * zero);
}

#[test]
fn the_suite_does_not_fall_below_its_floor() {
    let (library, _) = load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../content"));
    let index = Index::build(&library).unwrap();
    let suite: Suite = toml::from_str(include_str!("../../../tests/relevance/queries.toml")).unwrap();
    let floor: Measured = serde_json::from_str(include_str!("../../../tests/relevance/floor.json")).unwrap();
    let addresses = addresses(&library);
    let mut all = Vec::new();
    let mut groups: BTreeMap<String, Vec<Measured>> = BTreeMap::new();
    for Asked { text, kind, best, good, .. } in &suite.query {
        for url in best.iter().chain(good) {
            assert!(addresses.contains(url), "{url}, judged for `{text}`, is not there any more");
        }
        // As the server does.
        let hits = index.search(text.trim(), None, DEEPEST).hits;
        let rank = hits.iter().position(|hit| best.contains(&hit.url)).map(|place| place + 1);
        let accepted = |url: &String| best.contains(url) || good.contains(url);
        let found = hits.iter().take(ABOVE).filter(|hit| accepted(&hit.url)).count();
        let measured = Measured {
            mrr: rank.map_or(0.0, |rank| 1.0 / number(rank)),
            recall: number(found) / number(ABOVE.min(best.len() + good.len())),
            zero: number(usize::from(hits.is_empty())),
        };
        all.push(measured);
        groups.entry(kind.clone()).or_default().push(measured);
        groups.entry(format!("half {}", half(text))).or_default().push(measured);
        if rank != Some(1) {
            let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
            let first: Vec<String> = hits.iter().take(4).map(|hit| format!("{} {:.1}", hit.url, hit.score)).collect();
            println!(
                "{rank:?} {kind} {}: {:.100}\n    {}\n  wanted {}",
                half(text),
                line,
                first.join("  "),
                best.join("  ")
            );
        }
    }
    for (name, group) in &groups {
        show(name, group);
    }
    show("all", &all);
    let Measured { mrr, recall, zero } = mean(&all);
    assert!(
        mrr >= floor.mrr - SLACK && recall >= floor.recall - SLACK && zero <= floor.zero + SLACK,
        "fell below tests/relevance/floor.json: MRR@10 {:.3}, recall@5 {:.3}, nothing {:.4}",
        floor.mrr,
        floor.recall,
        floor.zero
    );
}

/// One of two halves of the suite: what is tuned by one is proved by the other.
fn half(text: &str) -> u32 {
    text.bytes().map(u32::from).sum::<u32>() % 2
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

#[test]
fn a_message_is_found_in_a_log_of_any_length() {
    let (library, _) = load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../content"));
    let index = Index::build(&library).unwrap();
    let noise: String =
        (0..2_000).map(|line| format!("2026-02-03T06:12:44Z build-07 step {line} done in 0.{line}s\n")).collect();
    let (mut asked, mut missed) = (0, Vec::new());
    let entries = library.groups().iter().flat_map(|group| group.entries.iter().map(move |entry| (group, entry)));
    for (group, rendered) in entries {
        let Some(message) = rendered.entry.task.strip_prefix("Error: ") else { continue };
        // Too little for a log: two words and what differs.
        if message.split_whitespace().count() < 4 {
            continue;
        }
        asked += 1;
        for text in
            [format!("{noise}{message}\nmake: *** [Makefile:9: up] Error 15"), format!("$ make\n{message}\n{noise}")]
        {
            let hits = index.search(&text, None, 3).hits;
            let urls: Vec<&str> = hits.iter().map(|hit| hit.url.as_str()).collect();
            if !urls.contains(&group.url_of(rendered.id()).as_str()) {
                missed.push(format!("{message}: {urls:?}"));
            }
        }
    }
    assert!(asked > 30 && missed.is_empty(), "of {asked}: {missed:#?}");
}
