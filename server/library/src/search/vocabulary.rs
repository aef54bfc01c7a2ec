//! All words of the index: which there are, which begin so, and which are spelt nearly so.
//! Invariant: answers are ordered, best first, and bounded.

use std::collections::{BTreeMap, BTreeSet};

use strsim::osa_distance;

use super::words::{Form, Word, words};

/// Words with the number of documents that have each.
#[derive(Debug, Default)]
pub(crate) struct Vocabulary {
    words: BTreeMap<String, u32>,
    /// Words and names by their number of letters, for spelling.
    by_length: BTreeMap<usize, Vec<(String, Letters)>>,
}

/// Which letters a word has, as bits; a quick way to see that two words are far apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Letters(u32);

impl Letters {
    fn of(word: &str) -> Self {
        let bit = |byte: u8| if byte.is_ascii_lowercase() { 1 << (byte - b'a') } else { 1 << 26 };
        Self(word.bytes().fold(0, |letters, byte| letters | bit(byte)))
    }

    /// How many letters are here and not there.
    fn beyond(self, other: Self) -> usize {
        (self.0 & !other.0).count_ones() as usize
    }
}

/// A word that was perhaps meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Near {
    pub(crate) word: String,
    /// Letters to add, drop, change or swap.
    pub(crate) distance: usize,
}

impl Vocabulary {
    /// The words of these documents, each given as its texts.
    pub(crate) fn of<'t>(documents: impl Iterator<Item = Vec<&'t str>>) -> Self {
        let mut vocabulary = Self::default();
        let mut plain = BTreeSet::new();
        for texts in documents {
            let mut seen = BTreeSet::new();
            for word in texts.into_iter().flat_map(words) {
                if is_spelt(&word) {
                    plain.insert(word.text.clone());
                }
                seen.insert(word.text);
            }
            for word in seen {
                *vocabulary.words.entry(word).or_default() += 1;
            }
        }
        for word in plain {
            let letters = Letters::of(&word);
            vocabulary.by_length.entry(word.chars().count()).or_default().push((word, letters));
        }
        vocabulary
    }

    /// How many documents have the word.
    pub(crate) fn count(&self, word: &str) -> u32 {
        self.words.get(word).copied().unwrap_or(0)
    }

    /// Longer words that begin with `start`, the commonest first.
    pub(crate) fn beginning_with(&self, start: &str, limit: usize) -> Vec<&str> {
        let range = self.words.range::<str, _>((std::ops::Bound::Excluded(start), std::ops::Bound::Unbounded));
        let mut found: Vec<(&str, u32)> = range
            .take_while(|(word, _)| word.starts_with(start))
            .map(|(word, count)| (word.as_str(), *count))
            .collect();
        found.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.len().cmp(&b.0.len())).then_with(|| a.0.cmp(b.0)));
        found.truncate(limit);
        found.into_iter().map(|(word, _)| word).collect()
    }

    /// Words spelt nearly so: one letter off, two for long words. With `unfinished`, also words that begin nearly so.
    pub(crate) fn near(&self, word: &str, unfinished: bool, limit: usize) -> Vec<Near> {
        let length = word.chars().count();
        let most = match length {
            0..=3 => return Vec::new(),
            4..=6 => 1,
            _ => 2,
        };
        if word.chars().any(|c| c.is_ascii_digit()) {
            return Vec::new();
        }
        let letters = Letters::of(word);
        let longest = if unfinished { length + 8 } else { length + most };
        let mut found: Vec<(usize, usize, u32, &str)> = Vec::new();
        for (other_length, others) in self.by_length.range(length.saturating_sub(most)..=longest) {
            for (other, has) in others {
                let longer = *other_length > length + most;
                if letters.beyond(*has) > most || !longer && has.beyond(letters) > most || other == word {
                    continue;
                }
                let distance = if longer {
                    let beginnings =
                        (length - most..=length + most).map(|letters| osa_distance(word, cut(other, letters)));
                    beginnings.min().unwrap_or(usize::MAX)
                } else {
                    osa_distance(word, other)
                };
                let rest = other_length.saturating_sub(length + most);
                if distance <= most {
                    found.push((distance, rest, u32::MAX - self.count(other), other));
                }
            }
        }
        found.sort_unstable();
        found.truncate(limit);
        found
            .into_iter()
            .map(|(distance, rest, _, word)| Near { word: word.to_owned(), distance: distance + usize::from(rest > 0) })
            .collect()
    }
}

/// Whether a word is one that may be misspelt: a plain one, or a name of several such as `depends_on`.
fn is_spelt(word: &Word) -> bool {
    let is_name = || word.text.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'));
    match word.form {
        Form::Part => word.text.chars().count() >= 3,
        Form::Whole => word.text.starts_with(char::is_alphanumeric) && is_name(),
        Form::Joined | Form::Stem => false,
    }
}

fn cut(word: &str, letters: usize) -> &str {
    word.char_indices().nth(letters).map_or(word, |(at, _)| &word[..at])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vocabulary() -> Vocabulary {
        Vocabulary::of(
            [vec!["compose volumes --no-cache", "compose healthcheck"], vec!["composer compose"]].into_iter(),
        )
    }

    fn near(word: &str, unfinished: bool) -> Vec<String> {
        vocabulary().near(word, unfinished, 5).into_iter().map(|near| near.word).collect()
    }

    #[test]
    fn finds_words() {
        let vocabulary = vocabulary();
        assert_eq!((vocabulary.count("compose"), vocabulary.count("composer"), vocabulary.count("x")), (2, 1, 0));
        assert_eq!(vocabulary.beginning_with("comp", 9), ["compos", "compose", "composer"]);
        assert_eq!(vocabulary.beginning_with("--no", 1), ["--no-cache"]);
        assert_eq!(near("comopse", false), ["compose", "composer"]);
        assert_eq!(near("helthcheck", false), ["healthcheck"]);
        assert_eq!(near("helthc", true), ["healthcheck"]);
        assert_eq!(near("helthc", false), [""; 0]);
        assert_eq!(near("vol", false), [""; 0]);
    }
}
