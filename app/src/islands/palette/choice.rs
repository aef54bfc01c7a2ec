//! Which hit is chosen, and what a snippet says.
//! Invariant: the choice is always one of the hits, or none when there are none.

use crate::api::{HitKind, SearchHit};

/// A run of a snippet's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) text: String,
    pub(super) marked: bool,
}

/// A snippet (escaped HTML in which only `<mark>` is markup) as runs of plain text.
pub(super) fn runs(snippet: &str) -> Vec<Run> {
    let mut runs = Vec::new();
    for (index, piece) in snippet.split("<mark>").enumerate() {
        let (marked, rest) = if index == 0 { ("", piece) } else { piece.split_once("</mark>").unwrap_or((piece, "")) };
        for (text, marked) in [(marked, true), (rest, false)] {
            if !text.is_empty() {
                runs.push(Run { text: unescape(text), marked });
            }
        }
    }
    runs
}

fn unescape(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'").replace("&amp;", "&")
}

/// Hits by kind, in the order of groups; within a group best first.
pub(super) fn grouped(hits: Vec<SearchHit>) -> Vec<SearchHit> {
    let mut hits = hits;
    hits.sort_by_key(|hit| HitKind::ALL.iter().position(|kind| *kind == hit.kind));
    hits
}

/// Where a key moves the choice among `count` hits; `None` when the key does not move it.
pub(super) fn moved(chosen: usize, count: usize, key: &str) -> Option<usize> {
    if count == 0 {
        return None;
    }
    match key {
        "ArrowDown" => Some((chosen + 1) % count),
        "ArrowUp" => Some((chosen + count - 1) % count),
        "PageDown" => Some((chosen + 5).min(count - 1)),
        "PageUp" => Some(chosen.saturating_sub(5)),
        _ => None,
    }
}

/// Recent searches with a new one in front.
pub(super) fn with_recent(mut recent: Vec<String>, text: &str) -> Vec<String> {
    let text = text.trim();
    if text.is_empty() || text.len() > 120 {
        return recent;
    }
    recent.retain(|other| other != text);
    recent.insert(0, text.to_owned());
    recent.truncate(6);
    recent
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn snippets_become_plain_runs() {
        let run = |text: &str, marked| Run { text: text.into(), marked };
        assert_eq!(
            runs("a &lt;b&gt; <mark>flat</mark> &amp;amp; c"),
            [run("a <b> ", false), run("flat", true), run(" &amp; c", false)]
        );
        assert_eq!(runs("<mark>x"), [run("x", true)]);
        assert_eq!(runs(""), []);
    }

    #[test]
    fn the_choice_goes_round() {
        assert_eq!(moved(2, 3, "ArrowDown"), Some(0));
        assert_eq!(moved(0, 3, "ArrowUp"), Some(2));
        assert_eq!(moved(1, 3, "PageDown"), Some(2));
        assert_eq!(moved(0, 0, "ArrowDown"), None);
        assert_eq!(moved(0, 3, "a"), None);
    }

    #[test]
    fn recent_searches_come_once() {
        let old = ["b".to_owned(), "a".to_owned()];
        assert_eq!(with_recent(old.to_vec(), " a "), ["a", "b"]);
        assert_eq!(with_recent(old.to_vec(), ""), old);
    }
}
