//! A query as somebody typed or pasted it, taken apart.
//! Invariant: total and bounded: any text gives a bounded list of wishes.

use std::{borrow::Cow, collections::HashSet, sync::LazyLock};

use super::{
    messages::plain_words,
    synonyms::{NAME_MAX_WORDS, synonyms},
    words::{parts, runs, stem},
};

/// More of a pasted text does not make it clearer, in bytes. Of a longer one, its two ends count.
const TEXT_MAX_BYTES: usize = 8_000;

/// Longer texts are not typed word by word.
const CHOSEN_MAX: usize = 16;

/// Words of questions; looked for, but not insisted on.
static SMALL: LazyLock<HashSet<&str>> = LazyLock::new(|| SMALL_WORDS.split(' ').collect());
const SMALL_WORDS: &str = "\
    a about after again also am an and another any anything are as at be because been before being between both but \
    by can cannot could did difference do does doing done each else even ever every for from further get gets give \
    goes got had has have having he her here his how however i if in instead into is it its itself just let like \
    make may me mean means might more most much must my need needs never now of on one onto or other others our per \
    please same say see shall she should since so some somehow something still such than that the their them then \
    there these they thing things this those to together too until use used uses using very via want wants was way \
    we well were what when where whether which while who whom whose why will with within would yet you your";

/// A query, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) wishes: Vec<Wish>,
    /// Every word in its order, for messages.
    pub(crate) words: Vec<String>,
    /// As it came, unless it was too long.
    pub(crate) text: String,
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
        let small = !shouted && is_small(&whole);
        let synonyms = if small { Vec::new() } else { synonyms(&whole).to_vec() };
        Self { typed: typed.to_owned(), whole, parts, stem, synonyms, small, ..Self::default() }
    }

    /// Whether it is one word without punctuation.
    pub(crate) fn is_plain(&self) -> bool {
        self.parts.len() == 1 && self.parts.first() == Some(&self.whole)
    }
}

/// Whether a word may be missing; of `can't`, `isn't` and `what's` their first part tells.
fn is_small(word: &str) -> bool {
    let small = |word: &str| SMALL.contains(word);
    small(word) || word.split_once('\'').is_some_and(|(first, _)| small(first.trim_end_matches('n')) || small(first))
}

impl Asked {
    pub(crate) fn parse(text: &str) -> Self {
        let text = &*ends(text);
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
        let mut seen = HashSet::new();
        wishes.retain(|wish| seen.insert(wish.whole.clone()));
        if wishes.iter().all(|wish| wish.small) {
            wishes.iter_mut().for_each(|wish| wish.small = false);
        }
        if let Some(last) = wishes.last_mut() {
            last.unfinished = !last.quoted && !text.ends_with(char::is_whitespace);
            // `f` may become `from` as well as `flatten`.
            last.small &= !last.unfinished || last.whole.len() > 1;
        }
        name_phrases(&mut wishes);
        Self { wishes, words: plain_words(text), text: text.to_owned() }
    }

    /// Whether it is rather a text that was pasted than words that were chosen.
    pub(crate) fn is_long(&self) -> bool {
        self.words.len() > CHOSEN_MAX
    }
}

/// A text that is not too long, or its beginning and its end: a log says at its end what failed.
fn ends(text: &str) -> Cow<'_, str> {
    if text.len() <= TEXT_MAX_BYTES {
        return Cow::Borrowed(text);
    }
    let from = text.ceil_char_boundary(text.len() - TEXT_MAX_BYTES / 2);
    let to = text.floor_char_boundary(TEXT_MAX_BYTES / 2);
    Cow::Owned(format!("{} {}", text.get(..to).unwrap_or_default(), text.get(from..).unwrap_or_default()))
}

/// Gives the synonyms of names of several words, such as `virtual machine`, to each of these words.
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
        let long = wholes(&(0..9_999).map(|n| format!("w{n} ")).collect::<String>());
        assert!(
            long.len() < TEXT_MAX_BYTES / 2 && long.contains(&"w0".to_owned()) && long.contains(&"w9998".to_owned())
        );
    }

    #[test]
    fn knows_what_may_be_missing() {
        let asked = Asked::parse("how to copy FROM an image");
        let small: Vec<bool> = asked.wishes.iter().map(|wish| wish.small).collect();
        assert_eq!(small, [true, true, false, false, true, false]);
        assert!(
            Asked::parse("why can't it, isn't it so, layer")
                .wishes
                .iter()
                .all(|wish| wish.small != (wish.whole == "layer"))
        );
        assert!(!Asked::parse("FROM").wishes[0].small);
        assert!(!Asked::parse("from").wishes[0].small);
        assert!(Asked::parse("build fla").wishes[1].unfinished);
        assert!(!Asked::parse("build fla ").wishes[1].unfinished);
        assert!(Asked::parse("virtual machine").wishes[0].synonyms.contains(&"vm"));
    }
}
