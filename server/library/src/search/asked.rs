//! A query as somebody typed or pasted it, taken apart.
//! Invariant: total and bounded: any text gives a bounded list of wishes.

use super::{
    synonyms::{NAME_MAX_WORDS, synonyms},
    words::{parts, runs, stem},
};

/// More of a pasted text does not make it clearer, in bytes.
const TEXT_MAX_BYTES: usize = 4_000;
/// The most wishes that are looked for.
const WISHES_MAX: usize = 32;

/// Words of questions; looked for, but not insisted on.
const SMALL: [&str; 49] = [
    "a", "an", "and", "are", "as", "at", "be", "by", "can", "do", "does", "for", "from", "get", "has", "have", "how",
    "i", "if", "in", "into", "is", "it", "its", "me", "my", "of", "on", "or", "should", "so", "that", "the", "then",
    "there", "this", "to", "use", "using", "was", "were", "what", "when", "which", "why", "will", "with", "you",
    "your",
];

/// A query, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) wishes: Vec<Wish>,
}

/// One word or run, or words between quotation marks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Wish {
    /// As typed.
    pub(crate) typed: String,
    /// In lower case, with its punctuation; a word of the index when it is one run.
    pub(crate) whole: String,
    /// Letters and digits between punctuation, in lower case.
    pub(crate) parts: Vec<String>,
    /// The stem, of a plain word.
    pub(crate) stem: Option<String>,
    /// Other names for it.
    pub(crate) synonyms: Vec<&'static str>,
    /// Whether it may be missing.
    pub(crate) small: bool,
    /// Whether it may still be being typed.
    pub(crate) unfinished: bool,
    /// Whether its parts must stand side by side, as quotation marks ask.
    pub(crate) quoted: bool,
}

impl Wish {
    fn of(typed: &str) -> Self {
        let whole = typed.to_lowercase();
        let parts: Vec<String> = parts(&whole).into_iter().map(|(_, part)| part.to_owned()).collect();
        let stem = if parts.len() == 1 && parts.first() == Some(&whole) { stem(&whole) } else { None };
        // `FROM` is an instruction, `from` is not.
        let shouted = typed.len() > 1 && typed.chars().all(|c| c.is_ascii_uppercase());
        let small = !shouted && SMALL.contains(&whole.as_str());
        let synonyms = if small { Vec::new() } else { synonyms(&whole).to_vec() };
        Self { typed: typed.to_owned(), whole, parts, stem, synonyms, small, ..Self::default() }
    }

    /// Whether it is one word without punctuation.
    pub(crate) fn is_plain(&self) -> bool {
        self.parts.len() == 1 && self.parts.first() == Some(&self.whole)
    }
}

impl Asked {
    pub(crate) fn parse(text: &str) -> Self {
        let end = (0..=TEXT_MAX_BYTES.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
        let text = text.get(..end).unwrap_or_default();
        let mut wishes: Vec<Wish> = Vec::new();
        for (index, piece) in text.split('"').enumerate() {
            let in_quotes = index % 2 == 1;
            let found: Vec<Wish> =
                runs(piece).map(|(_, run)| Wish::of(run)).filter(|wish| !wish.parts.is_empty()).collect();
            if in_quotes && found.len() > 1 && text.matches('"').count() > index {
                let parts = found.iter().flat_map(|wish| wish.parts.clone()).collect();
                let whole = found.iter().map(|wish| wish.whole.as_str()).collect::<Vec<_>>().join(" ");
                wishes.push(Wish { typed: format!("\"{piece}\""), whole, parts, quoted: true, ..Wish::default() });
            } else {
                wishes.extend(found);
            }
        }
        let mut seen = std::collections::HashSet::new();
        wishes.retain(|wish| seen.insert(wish.whole.clone()));
        wishes.truncate(WISHES_MAX);
        if wishes.iter().all(|wish| wish.small) {
            wishes.iter_mut().for_each(|wish| wish.small = false);
        }
        if let Some(last) = wishes.last_mut() {
            last.unfinished = !last.quoted && !text.ends_with(char::is_whitespace);
            // `f` may become `from` as well as `flatten`.
            last.small &= !last.unfinished || last.whole.len() > 1;
        }
        name_phrases(&mut wishes);
        Self { wishes }
    }
}

/// Gives the synonyms of names of several words, such as `virtual machine`, to the first of these words.
fn name_phrases(wishes: &mut [Wish]) {
    for length in 2..=NAME_MAX_WORDS {
        for start in 0..(wishes.len() + 1).saturating_sub(length) {
            let Some(window) = wishes.get_mut(start..start + length) else { continue };
            let name = window.iter().map(|wish| wish.whole.as_str()).collect::<Vec<_>>().join(" ");
            let others = synonyms(&name);
            if !others.is_empty() {
                for wish in window {
                    wish.synonyms.extend(others);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wholes(text: &str) -> Vec<String> {
        Asked::parse(text).wishes.into_iter().map(|wish| wish.whole).collect()
    }

    #[test]
    fn takes_queries_apart() {
        assert_eq!(wholes("How do I FLATTEN an image?"), ["how", "do", "i", "flatten", "an", "image"]);
        assert_eq!(wholes("docker build --no-cache"), ["docker", "build", "--no-cache"]);
        assert_eq!(wholes("\"no space left\" on device"), ["no space left", "on", "device"]);
        assert_eq!(wholes("\"open quote"), ["open", "quote"]);
        assert_eq!(wholes("a a a"), ["a"]);
        for nothing in ["", "  ", "\"", "--", "…", "\u{0}\u{1}"] {
            assert_eq!(wholes(nothing), [""; 0], "{nothing}");
        }
        assert_eq!(wholes(&"word ".repeat(10_000)).len(), 1);
        assert!(wholes(&(0..9_999).map(|n| format!("w{n} ")).collect::<String>()).len() <= WISHES_MAX);
    }

    #[test]
    fn knows_what_may_be_missing() {
        let asked = Asked::parse("how to copy FROM an image");
        let small: Vec<bool> = asked.wishes.iter().map(|wish| wish.small).collect();
        assert_eq!(small, [true, true, false, false, true, false]);
        assert!(!Asked::parse("FROM").wishes[0].small);
        assert!(!Asked::parse("from").wishes[0].small);
        assert!(Asked::parse("build fla").wishes[1].unfinished);
        assert!(!Asked::parse("build fla ").wishes[1].unfinished);
        assert!(Asked::parse("virtual machine").wishes[0].synonyms.contains(&"vm"));
    }
}
