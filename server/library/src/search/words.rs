//! Text into words, the same for the index, for queries and for snippets.
//! Invariant: flags, paths and names with dots or hyphens are words as a whole and in parts, at the same place, so
//! that `--no-cache`, `no-cache`, `cache` and `nocache` all find `--no-cache`.

use std::sync::LazyLock;

use frostem::{Algorithm, Stemmer};
use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

/// Longer runs are no words that anybody looks for.
const WHOLE_MAX_BYTES: usize = 80;

static STEMMER: LazyLock<Stemmer> = LazyLock::new(|| Stemmer::new(Algorithm::English));

/// How a word came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// With its punctuation: `--mount=type=secret`, `compose.yaml`, `no-new-privileges`.
    Whole,
    /// Letters and digits between punctuation.
    Part,
    /// Parts without the hyphens between them: `multistage`.
    Joined,
    /// A part without its ending: `layer` of `layers`.
    Stem,
}

/// A word and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Word {
    pub(crate) form: Form,
    /// In lower case.
    pub(crate) text: String,
    /// Bytes of the source.
    pub(crate) from: usize,
    /// The byte after.
    pub(crate) to: usize,
    /// How many parts come before.
    pub(crate) position: usize,
}

/// All words of a text, by position.
pub(crate) fn words(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut position = 0;
    for (from, run) in runs(text) {
        run_into(&mut words, run, from, &mut position);
    }
    words
}

/// The words of one run of a text, which begins at byte `from`; positions count from the run's own first part.
pub(crate) fn words_of_run(run: &str, from: usize) -> Vec<Word> {
    let mut words = Vec::new();
    run_into(&mut words, run, from, &mut 0);
    words
}

/// Runs between blanks, without the punctuation of sentences around them, with their offsets.
pub(crate) fn runs(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    text.split_inclusive(char::is_whitespace).filter_map(move |run| {
        let start = at;
        at += run.len();
        let opened =
            run.trim_start_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '-' | '.' | '/' | '$' | '_' | '~'));
        let start = start + (run.len() - opened.len());
        let closed =
            opened.trim_end_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '-' | '/' | '_' | '+' | '*'));
        let closed = if closed.chars().any(char::is_alphanumeric) { closed } else { "" };
        (!closed.is_empty()).then_some((start, closed))
    })
}

/// The words of one run.
fn run_into(words: &mut Vec<Word>, run: &str, from: usize, position: &mut usize) {
    let parts = parts(run);
    let first = words.len();
    if parts.len() > 1 || parts.first().is_some_and(|part| part.1.len() < run.len()) {
        wholes(words, run, from, *position, &parts);
    }
    for (index, (offset, part)) in parts.iter().enumerate() {
        let (start, text, place) = (from + offset, part.to_lowercase(), *position + index);
        let stem = stem(&text);
        words.push(Word { form: Form::Part, text, from: start, to: start + part.len(), position: place });
        if let Some(text) = stem {
            words.push(Word { form: Form::Stem, text, from: start, to: start + part.len(), position: place });
        }
    }
    *position += parts.len();
    words.get_mut(first..).unwrap_or_default().sort_by_key(|word| word.position);
}

/// The runs of letters and digits in a run, with their offsets.
pub(crate) fn parts(run: &str) -> Vec<(usize, &str)> {
    let mut parts = Vec::new();
    let mut start = None;
    for (at, c) in run.char_indices().chain([(run.len(), ' ')]) {
        match (c.is_alphanumeric(), start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                parts.extend(run.get(from..at).map(|part| (from, part)));
                start = None;
            }
            _ => {}
        }
    }
    parts
}

/// The stem of a word in lower case, when it has another.
pub(crate) fn stem(word: &str) -> Option<String> {
    if word.len() < 4 || !word.chars().all(|c| c.is_ascii_lowercase()) {
        return None;
    }
    let stem = STEMMER.stem(word);
    (stem != word).then(|| stem.into_owned())
}

/// The whole run, and the smaller wholes in it: `--mount=type=secret,id=key` holds `--mount=type=secret` and
/// `--mount`; `docker.io/library/debian:13` holds `docker.io` and `debian:13`.
fn wholes(words: &mut Vec<Word>, run: &str, from: usize, position: usize, parts: &[(usize, &str)]) {
    let mut add = |start: usize, whole: &str| {
        let bare = whole.trim_start_matches(['-', '.', '/', '$', '_', '~']);
        let lead = whole.len() - bare.len();
        let inside: Vec<&str> =
            parts.iter().filter(|(at, _)| *at >= start && *at < start + whole.len()).map(|(_, part)| *part).collect();
        let place = position + parts.iter().filter(|(at, _)| *at < start).count();
        let mut push = |form: Form, text: String, lead: usize| {
            let (from, to) = (from + start + lead, from + start + whole.len());
            let word = Word { form, text, from, to, position: place };
            if word.text.len() <= WHOLE_MAX_BYTES && !words.contains(&word) {
                words.push(word);
            }
        };
        if lead > 0 && !inside.is_empty() {
            push(Form::Whole, whole.to_lowercase(), 0);
        }
        if inside.len() > 1 {
            push(Form::Whole, bare.to_lowercase(), lead);
            if bare.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_') {
                push(Form::Joined, inside.concat().to_lowercase(), lead);
            }
        }
    };
    add(0, run);
    for separators in [&[','][..], &['/', ','], &['=', '/', ','], &['=', ':', '/', ',', '@', '(', ')', '"', '\'']] {
        let mut start = 0;
        for piece in run.split(separators) {
            if piece.len() < run.len() && !piece.is_empty() {
                add(start, piece);
            }
            start += piece.len() + 1;
        }
    }
}

/// [`words`] for tantivy.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Words;

/// The words of one text, one after the other.
pub(crate) struct Stream {
    tokens: std::vec::IntoIter<Token>,
    token: Token,
}

impl Tokenizer for Words {
    type TokenStream<'a> = Stream;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Stream {
        let token = |word: Word| Token {
            offset_from: word.from,
            offset_to: word.to,
            position: word.position,
            text: word.text,
            position_length: 1,
        };
        Stream { tokens: words(text).into_iter().map(token).collect::<Vec<_>>().into_iter(), token: Token::default() }
    }
}

impl TokenStream for Stream {
    fn advance(&mut self) -> bool {
        match self.tokens.next() {
            Some(token) => {
                self.token = token;
                true
            }
            None => false,
        }
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(text: &str) -> String {
        let mut shown = Vec::new();
        for word in words(text) {
            assert!(text.get(word.from..word.to).is_some(), "{word:?}");
            shown.push(format!("{}{}", word.position, word.text));
        }
        shown.join(" ")
    }

    #[test]
    fn wholes_and_parts() {
        for (text, wanted) in [
            ("Two layers.", "0two 1layers 1layer"),
            ("--no-cache", "0--no-cache 0no-cache 0nocache 0no 1cache 1cach"),
            ("--rm", "0--rm 0rm"),
            ("HEALTHCHECK", "0healthcheck"),
            ("(`.dockerignore`)", "0.dockerignore 0dockerignore 0dockerignor"),
            ("compose.yaml:", "0compose.yaml 0compose 0compos 1yaml"),
            (
                "--mount=type=secret,id=k",
                "0--mount=type=secret,id=k 0mount=type=secret,id=k 0--mount=type=secret 0mount=type=secret 0--mount 0mount 1type 2secret 3id=k 3id 4k",
            ),
            ("no-new-privileges", "0no-new-privileges 0nonewprivileges 0no 1new 2privileges 2privileg"),
            ("debian:13 x", "0debian:13 0debian 113 2x"),
            ("Über—alles", "0über—alles 0über 1alles 1all"),
            ("- … !!", ""),
            ("", ""),
        ] {
            assert_eq!(show(text), wanted, "{text}");
        }
    }
}
