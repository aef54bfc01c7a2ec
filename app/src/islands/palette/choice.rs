//! Which hit is chosen, what a snippet says, and what is asked and told.
//! Invariant: the choice is always one of the hits, or none when there are none.

/// The most bytes that a query takes in an address: servers in front of ours often refuse lines beyond 8 kB.
const ADDRESS_BYTES: usize = 6_000;

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

/// A query that fits into an address: of a longer one its two ends, for a log says at its end what failed.
pub(super) fn for_address(text: &str) -> String {
    // As `encodeURIComponent` writes them.
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.!~*'()".contains(c);
    let cost = |c: char| if plain(c) { 1 } else { 3 * c.len_utf8() };
    if text.chars().map(cost).sum::<usize>() <= ADDRESS_BYTES {
        return text.to_owned();
    }
    let fits = |left: &mut usize, c: char| {
        *left = left.checked_sub(cost(c))?;
        Some(c)
    };
    let half = ADDRESS_BYTES / 2;
    let start: String = text.chars().scan(half, |left, c| fits(left, c)).collect();
    let end: Vec<char> = text.chars().rev().scan(half - 3, |left, c| fits(left, c)).collect();
    start.chars().chain([' ']).chain(end.into_iter().rev()).collect()
}

/// What is told of an answer: how many hits are shown, of how many.
pub(super) fn told(shown: usize, all: u32) -> String {
    let hits = if all == 1 { "hit" } else { "hits" };
    match u32::try_from(shown).unwrap_or(u32::MAX) {
        0 => "Nothing found.".to_owned(),
        shown if shown < all => format!("{shown} of {all} {hits}"),
        _ => format!("{all} {hits}"),
    }
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
    fn a_query_of_any_length_fits_into_an_address() {
        assert_eq!(for_address("docker run"), "docker run");
        let long = format!("first {} last", "é\n".repeat(4_000));
        let cut = for_address(&long);
        assert!(cut.starts_with("first é") && cut.ends_with("é\n last"), "{cut}");
        let encoded: usize = cut.chars().map(|c| if c.is_ascii_alphanumeric() { 1 } else { 3 * c.len_utf8() }).sum();
        assert!((5_900..=ADDRESS_BYTES).contains(&encoded), "{encoded}");
        assert!(for_address(&"🐳".repeat(8_000)).chars().count() < ADDRESS_BYTES / 12 + 2);
    }

    #[test]
    fn the_number_of_hits_is_told() {
        assert_eq!(told(0, 0), "Nothing found.");
        assert_eq!(told(1, 1), "1 hit");
        assert_eq!(told(5, 5), "5 hits");
        assert_eq!(told(12, 57), "12 of 57 hits");
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
