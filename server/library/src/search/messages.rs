//! Messages that entries explain, found in texts that hold them: the other way round than the index, for in a pasted
//! log the message is a few words among hundreds.
//! Invariant: the work is bounded by the text's words and by the messages that share two neighbouring words with it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{commands::share, document::Document, words::parts};

/// All messages, by every two words that stand side by side in them.
#[derive(Debug, Default)]
pub(crate) struct Messages {
    stretches: Vec<Stretch>,
    /// The numbers of stretches, and where in them the two words begin.
    pairs: HashMap<String, Vec<(usize, usize)>>,
}

/// Words that stand in a message as they are, between what differs from case to case.
#[derive(Debug)]
struct Stretch {
    /// The document's place.
    place: u64,
    words: Vec<String>,
}

/// The words of a text as messages are compared.
pub(crate) fn plain_words(text: &str) -> Vec<String> {
    parts(text).into_iter().map(|(_, part)| part.to_lowercase()).collect()
}

impl Messages {
    /// The messages of these documents.
    pub(crate) fn of(documents: &[Document]) -> Self {
        let mut messages = Self::default();
        for (place, document) in (0..).zip(documents) {
            for message in &document.messages {
                let words = plain_words(message);
                for (at, pair) in words.windows(2).enumerate() {
                    messages.pairs.entry(pair.join(" ")).or_default().push((messages.stretches.len(), at));
                }
                messages.stretches.push(Stretch { place, words });
            }
        }
        messages
    }

    /// The words of each document's messages that stand in a text side by side as they do there, by its place; and of
    /// each word, which share of its stretch stands there.
    pub(crate) fn found_in(&self, text: &[String]) -> BTreeMap<u64, BTreeMap<&str, f32>> {
        let mut places: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
        for pair in text.windows(2) {
            for (number, at) in self.pairs.get(&pair.join(" ")).into_iter().flatten() {
                places.entry(*number).or_default().extend([*at, at + 1]);
            }
        }
        let mut found: BTreeMap<u64, BTreeMap<&str, f32>> = BTreeMap::new();
        for (number, places) in places {
            let Some(stretch) = self.stretches.get(number) else { continue };
            let share = share(places.len(), stretch.words.len());
            let words = found.entry(stretch.place).or_default();
            for word in places.into_iter().filter_map(|at| stretch.words.get(at)) {
                let best = words.entry(word).or_default();
                *best = best.max(share);
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_messages_among_other_words() {
        let message = |text: &str| Document { messages: vec![text.to_owned()], ..Document::default() };
        let messages =
            Messages::of(&[message("No space left on device"), message("the port is taken"), message("one")]);
        let found = |text: &str| {
            let found = messages.found_in(&plain_words(text)).into_iter();
            found.map(|(place, words)| (place, words.into_keys().collect::<Vec<_>>().join(" "))).collect::<Vec<_>>()
        };
        assert_eq!(found("write: no space left on 5 devices"), [(0, "left no on space".to_owned())]);
        assert_eq!(found("[1/2] PORT is: not; is taken"), [(1, "is port taken".to_owned())]);
        for nothing in ["one", "space no left", ""] {
            assert_eq!(found(nothing), []);
        }
    }
}
