//! The words around a match, for people.
//! Invariant: escaped HTML in which only `<mark>` and `</mark>` are markup, and never long.

use std::{collections::BTreeSet, ops::Range};

use super::words::{runs, words_of_run};
use crate::render::escape::escape_into;

/// About this many bytes are shown.
const LENGTH: usize = 180;

/// A snippet of the first text that holds one of the marked words, else the beginning of the first.
pub(super) fn snippet(texts: &[&str], marks: &BTreeSet<String>) -> String {
    let found = texts.iter().map(|text| (*text, places(text, marks))).find(|(_, places)| !places.is_empty());
    let (text, places) = found.unwrap_or_else(|| (texts.first().copied().unwrap_or_default(), Vec::new()));
    let window = window(text, &places);
    let mut out = String::new();
    if window.start > 0 {
        out.push('…');
    }
    let mut at = window.start;
    for place in places.iter().filter(|place| place.start >= window.start && place.end <= window.end) {
        push(&mut out, text.get(at..place.start).unwrap_or_default());
        out.push_str("<mark>");
        push(&mut out, text.get(place.clone()).unwrap_or_default());
        out.push_str("</mark>");
        at = place.end;
    }
    push(&mut out, text.get(at..window.end).unwrap_or_default());
    if window.end < text.trim_end().len() {
        out.push('…');
    }
    out
}

/// Line ends are blanks here.
fn push(out: &mut String, text: &str) {
    escape_into(out, &text.trim_end_matches('\n').replace('\n', " "));
    if text.ends_with('\n') {
        out.push(' ');
    }
}

/// Where the marked words stand, in order, none over another.
fn places(text: &str, marks: &BTreeSet<String>) -> Vec<Range<usize>> {
    let firsts: Vec<char> = marks.iter().filter_map(|mark| mark.chars().next()).collect();
    let mut places: Vec<Range<usize>> = Vec::new();
    let marked = runs(text).filter(|(_, run)| may_hold(run, &firsts)).flat_map(|(from, run)| words_of_run(run, from));
    let mut ranges: Vec<Range<usize>> =
        marked.filter(|word| marks.contains(&word.text)).map(|word| word.from..word.to).collect();
    ranges.sort_by_key(|range| (range.start, range.end));
    for range in ranges {
        match places.last_mut() {
            Some(last) if range.start < last.end => last.end = last.end.max(range.end),
            _ => places.push(range),
        }
    }
    places
}

/// Whether one of a run's words may begin with one of these. Most runs do not, and taking them apart is what costs:
/// a word, its stem too, begins as a part of the run does, or with punctuation of the run.
fn may_hold(run: &str, firsts: &[char]) -> bool {
    let mut inside = false;
    run.chars().any(|c| {
        let may_begin = !(inside && c.is_alphanumeric());
        inside = c.is_alphanumeric();
        may_begin && c.to_lowercase().next().is_some_and(|c| firsts.contains(&c))
    })
}

/// The stretch with the most different marked words, cut at blanks.
fn window(text: &str, places: &[Range<usize>]) -> Range<usize> {
    let different = |from: usize| {
        let inside = places.iter().filter(|place| place.start >= from && place.end <= from + LENGTH - 30);
        inside.filter_map(|place| text.get(place.clone())).map(str::to_lowercase).collect::<BTreeSet<_>>().len()
    };
    // The first of the best; looking from a few places is enough for a long text.
    let mut best = (0, 0);
    for place in places.iter().take(60) {
        let count = different(place.start);
        if count > best.0 {
            best = (count, place.start);
        }
    }
    let start = if best.1 <= LENGTH / 3 { 0 } else { after_blank(text, best.1 - LENGTH / 6, best.1) };
    let end = if start + LENGTH >= text.len() { text.len() } else { before_blank(text, start + LENGTH) };
    start..end
}

/// The first beginning of a word from `from` on, not after `latest`.
fn after_blank(text: &str, from: usize, latest: usize) -> usize {
    let from = (from..=latest).find(|&at| text.is_char_boundary(at)).unwrap_or(latest);
    let rest = text.get(from..latest).unwrap_or_default();
    rest.find(char::is_whitespace).map_or(from, |at| {
        let blank = rest.get(at..).unwrap_or_default();
        from + at + (blank.len() - blank.trim_start().len())
    })
}

/// The last end of a word up to `to`.
fn before_blank(text: &str, to: usize) -> usize {
    let to = (0..=to.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
    let kept = text.get(..to).unwrap_or_default();
    kept.rfind(char::is_whitespace).filter(|at| to - at < LENGTH / 3).unwrap_or(to)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(text: &str, marks: &[&str]) -> String {
        snippet(&[text], &marks.iter().map(|mark| (*mark).to_owned()).collect())
    }

    #[test]
    fn no_marked_word_is_passed_over() {
        let text =
            "Dying layers; (`--mount=type=secret,id=K`) No-New-privileges docker.io/library/debian:13 ÉTUDE $PATH";
        for word in crate::search::words::words(text) {
            let found = places(text, &[word.text.clone()].into());
            assert!(found.contains(&(word.from..word.to)), "{word:?}: {found:?}");
        }
    }

    #[test]
    fn snippets() {
        assert_eq!(show("a <b> layer\nLayers", &["layer"]), "a &lt;b&gt; <mark>layer</mark> <mark>Layers</mark>");
        assert_eq!(
            show("docker build --no-cache .", &["--no-cache", "cache"]),
            "docker build <mark>--no-cache</mark> ."
        );
        assert_eq!(show("nothing here", &["x"]), "nothing here");
        assert_eq!(show("", &["x"]), "");
        let long = format!("{} needle {}", "é word ".repeat(100), "more ".repeat(100));
        let shown = show(&long, &["needle"]);
        assert!(shown.starts_with('…') && shown.ends_with('…') && shown.contains("<mark>needle</mark>"), "{shown}");
        assert!(shown.len() < 2 * LENGTH, "{shown}");
        assert_eq!(snippet(&["a", "b x"], &["x".to_owned()].into()), "b <mark>x</mark>");
        for text in ["é".repeat(500), "\n".repeat(500), "x".repeat(500)] {
            assert!(show(&text, &["x", "é"]).chars().count() <= LENGTH + 20);
        }
    }
}
