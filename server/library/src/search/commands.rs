//! Commands that entries give, found as somebody types them: from the beginning, with or without what stands between.
//! Invariant: the work is bounded by the commands that begin with the same two words.

use std::collections::{BTreeMap, HashMap};

use super::document::Document;

/// All commands by their first two words.
#[derive(Debug, Default)]
pub(crate) struct Commands {
    by_beginning: BTreeMap<String, Vec<Command>>,
    /// How many words all commands of a document have, by its place.
    lengths: HashMap<u64, usize>,
}

#[derive(Debug)]
struct Command {
    /// The document's place.
    place: u64,
    words: Vec<String>,
}

impl Commands {
    /// The commands of these documents.
    pub(crate) fn of(documents: &[Document]) -> Self {
        let mut commands = Self::default();
        for (place, document) in (0..).zip(documents) {
            for words in split(document.command.as_deref().unwrap_or_default()) {
                *commands.lengths.entry(place).or_default() += words.len();
                if let Some(beginning) = beginning(&words) {
                    commands.by_beginning.entry(beginning).or_default().push(Command { place, words });
                }
            }
        }
        commands
    }

    /// The documents that give every command of a text, and which share of all that they give it is.
    pub(crate) fn given_in(&self, text: &str) -> Vec<(u64, f32)> {
        let asked = split(text);
        let mut found: HashMap<u64, (usize, usize)> = HashMap::new();
        for (number, words) in asked.iter().enumerate() {
            // Only the last word may still be being typed.
            let unfinished = number + 1 == asked.len() && !text.ends_with(char::is_whitespace);
            for command in self.beginning_like(words, unfinished) {
                let (commands, length) = found.entry(command.place).or_default();
                if *commands == number && has(&command.words, words, unfinished) {
                    *commands += 1;
                    *length += words.len();
                }
            }
        }
        let all = found.into_iter().filter(|(_, (commands, _))| *commands == asked.len());
        all.map(|(place, (_, length))| (place, share(length, self.lengths.get(&place).copied().unwrap_or(length))))
            .collect()
    }

    fn beginning_like(&self, words: &[String], unfinished: bool) -> impl Iterator<Item = &Command> {
        let beginning = beginning(words);
        let unfinished = unfinished && words.len() == 2;
        let from = beginning.clone().unwrap_or_default();
        let found = self.by_beginning.range(from..).take_while(move |(key, _)| {
            let longer = |start: &String| key.strip_prefix(start.as_str());
            let rest = beginning.as_ref().and_then(longer);
            rest.is_some_and(|rest| unfinished || rest.is_empty() || rest.starts_with('='))
        });
        found.flat_map(|(_, commands)| commands)
    }
}

/// The commands of a script, as words in lower case.
fn split(text: &str) -> Vec<Vec<String>> {
    let mut commands = vec![Vec::new()];
    for line in text.lines() {
        for word in line.split_whitespace() {
            let bare = word.trim_start_matches(['$', '(', '"', '\'']).trim_end_matches([';', ')', '"', '\'']);
            if matches!(word, "|" | "||" | "&&" | ";" | "&") {
                commands.push(Vec::new());
            } else if !bare.is_empty() && bare != "\\" {
                if word.starts_with("$(") {
                    commands.push(Vec::new());
                }
                commands.last_mut().into_iter().for_each(|command| command.push(bare.to_lowercase()));
                if word.ends_with(';') {
                    commands.push(Vec::new());
                }
            }
        }
        if !line.ends_with('\\') {
            commands.push(Vec::new());
        }
    }
    commands.retain(|command| !command.is_empty());
    commands
}

fn beginning(words: &[String]) -> Option<String> {
    words.get(..2).map(|two| two.join(" "))
}

/// Whether a command has these words in this order; `--flag` is also `--flag=value`.
fn has(command: &[String], words: &[String], unfinished: bool) -> bool {
    let mut rest = command.iter();
    words.iter().enumerate().all(|(number, word)| {
        let may_go_on = unfinished && number + 1 == words.len();
        let is = |rest: &str| may_go_on || rest.is_empty() || rest.starts_with('=');
        rest.any(|has| has.strip_prefix(word.as_str()).is_some_and(is))
    })
}

/// A part of a whole, from 0 to 1.
pub(crate) fn share(part: usize, whole: usize) -> f32 {
    let number = |count: usize| f32::from(u16::try_from(count).unwrap_or(u16::MAX));
    number(part) / number(whole.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_commands_as_they_are_typed() {
        let give = |command: &str| Document { command: Some(command.to_owned()), ..Document::default() };
        let commands = Commands::of(&[
            give("docker run -d \\\n  --init app"),
            give("docker save app | docker load"),
            give("FROM busybox\nCOPY --chown=1 a b"),
            give("id=$(docker run -d app); docker rm \"$id\""),
        ]);
        let found = |text: &str| {
            let mut places: Vec<u64> = commands.given_in(text).into_iter().map(|(place, _)| place).collect();
            places.sort_unstable();
            places
        };
        assert_eq!(found("docker run"), [0]);
        assert_eq!(found("docker run --init"), [0]);
        assert_eq!(found("docker r"), [0, 3]);
        assert_eq!(found("docker rm "), [3]);
        assert_eq!(found("docker save | docker load"), [1]);
        assert_eq!(found("COPY --chown"), [2]);
        for nothing in ["docker", "docker load | docker run", "docker run --in it", "init app", ""] {
            assert_eq!(found(nothing), [0; 0], "{nothing}");
        }
        assert_eq!(commands.given_in("docker save"), [(1, 0.4)]);
    }
}
