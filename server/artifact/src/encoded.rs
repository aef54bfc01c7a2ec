//! Secrets that were encoded: found however an encoder broke its lines or spaced its digits.
//! Invariant: what stands between the characters of an encoding is passed over, and a stream is read one byte after the
//! other from a state that outlives its chunks; so neither line breaks nor chunks change what is found.
//!
//! Dumps that write addresses or a column of text beside the digits (`xxd`, `hexdump -C`) are no encodings: what they
//! hold is broken up after every sixteen bytes.

use std::ops::ControlFlow;

use aho_corasick::{
    Anchored, BuildError, MatchError,
    automaton::{Automaton as _, StateID},
    dfa::DFA,
};
use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};

/// Shorter ones occur by chance.
const SHORTEST: usize = 6;
/// Of a table: a byte that no encoded text holds.
const BREAK: u8 = 0;
/// Of a table: a byte that may stand between two characters of an encoded text.
const BETWEEN: u8 = 1;

/// How a secret is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    Base64,
    Hex,
}

impl Encoding {
    /// What each byte counts as: a character of the encoding in one of its writings, [`BETWEEN`] or [`BREAK`].
    fn table(self) -> [u8; 256] {
        let mut table = [BREAK; 256];
        for (byte, counts) in (0..=u8::MAX).zip(&mut table) {
            *counts = match (self, byte) {
                (_, b' ' | b'\t' | b'\n' | b'\r' | 0x0c) => BETWEEN,
                // `openssl` and others write hex as `4e:33`, ids as `4e33-3364`.
                (Self::Hex, b':' | b'-') => BETWEEN,
                (Self::Hex, b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F') => byte.to_ascii_lowercase(),
                // The alphabet for URLs differs in two characters.
                (Self::Base64, b'-') => b'+',
                (Self::Base64, b'_') => b'/',
                (Self::Base64, b'+' | b'/') => byte,
                (Self::Base64, byte) if byte.is_ascii_alphanumeric() => byte,
                _ => BREAK,
            };
        }
        table
    }

    /// Every text that stands for a needle in this encoding.
    fn texts(self, needle: &[u8]) -> Vec<String> {
        let texts = match self {
            Self::Hex => vec![hex::encode(needle)],
            Self::Base64 => (0..3)
                .filter_map(|before| {
                    // Encoded after `before` bytes of something else; characters that those, or what follows, have a part
                    // in are left off.
                    let mut shifted = vec![0; before];
                    shifted.extend_from_slice(needle);
                    let (first, last) = ((before * 8).div_ceil(6), shifted.len() * 8 / 6);
                    STANDARD_NO_PAD.encode(&shifted).get(first..last).map(str::to_owned)
                })
                .collect(),
        };
        texts.into_iter().filter(|text| text.len() >= SHORTEST).collect()
    }
}

/// Why a search cannot be prepared.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SearchError {
    #[error(transparent)]
    Build(#[from] BuildError),
    #[error(transparent)]
    Start(#[from] MatchError),
}

/// Looks for needles in one encoding.
pub(crate) struct Search {
    automaton: DFA,
    table: [u8; 256],
    start: StateID,
    /// Length of the shortest text that is looked for.
    shortest: usize,
}

/// How far a search has come in a stream.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Progress(StateID);

impl Search {
    /// A search for all needles; `None` when there is nothing to look for.
    pub(crate) fn new(encoding: Encoding, needles: &[&str]) -> Result<Option<Self>, SearchError> {
        let texts: Vec<String> = needles.iter().flat_map(|needle| encoding.texts(needle.as_bytes())).collect();
        let Some(shortest) = texts.iter().map(String::len).min() else { return Ok(None) };
        let automaton = DFA::new(&texts)?;
        let start = automaton.start_state(Anchored::No)?;
        Ok(Some(Self { automaton, table: encoding.table(), start, shortest }))
    }

    /// Before the first byte of a stream.
    pub(crate) fn begin(&self) -> Progress {
        Progress(self.start)
    }

    /// Whether a needle ends in the next chunk of a stream; what comes after one matters no more.
    pub(crate) fn go_on(&self, progress: &mut Progress, chunk: &[u8]) -> bool {
        let breaks = |byte: &u8| self.counts_as(*byte) == BREAK;
        // What the chunk before ended in may go on here.
        let mut rest = match self.run(progress, chunk) {
            ControlFlow::Continue(rest) => rest,
            ControlFlow::Break(()) => return true,
        };
        // Most bytes of an image are no encoded text: a break near the end of what could be the shortest one tells
        // that there is none before it, without a look at all of it.
        while let Some(window) = rest.get(..self.shortest) {
            rest = match window.iter().rposition(breaks) {
                Some(last) => rest.get(last + 1..).unwrap_or_default(),
                None => match self.run(progress, rest) {
                    ControlFlow::Continue(rest) => rest,
                    ControlFlow::Break(()) => return true,
                },
            };
        }
        let begun = rest.iter().rposition(breaks).map_or(0, |last| last + 1);
        self.run(progress, rest.get(begun..).unwrap_or_default()).is_break()
    }

    /// Read on to the next break; what is behind it. Breaks off at the end of a needle.
    fn run<'a>(&self, progress: &mut Progress, bytes: &'a [u8]) -> ControlFlow<(), &'a [u8]> {
        for (at, byte) in bytes.iter().enumerate() {
            match self.counts_as(*byte) {
                BREAK => {
                    progress.0 = self.start;
                    return ControlFlow::Continue(bytes.get(at + 1..).unwrap_or_default());
                }
                BETWEEN => {}
                character => {
                    progress.0 = self.automaton.next_state(Anchored::No, progress.0, character);
                    if self.automaton.is_special(progress.0) && self.automaton.is_match(progress.0) {
                        return ControlFlow::Break(());
                    }
                }
            }
        }
        ControlFlow::Continue(&[])
    }

    fn counts_as(&self, byte: u8) -> u8 {
        self.table.get(usize::from(byte)).copied().unwrap_or(BREAK)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use base64::engine::general_purpose::{STANDARD, URL_SAFE};

    use super::*;

    const NEEDLE: &str = "N33dleN33dle?>~dleN33dleN33dle42";

    fn found(encoding: Encoding, chunks: &[&[u8]]) -> bool {
        let search = Search::new(encoding, &[NEEDLE]).unwrap().unwrap();
        let mut progress = search.begin();
        chunks.iter().any(|chunk| search.go_on(&mut progress, chunk))
    }

    /// As `base64 -w`, `xxd -p -c` and the like: a line break after so many characters.
    fn wrapped(text: &str, width: usize, end: &str) -> String {
        let lines: Vec<&str> = text.as_bytes().chunks(width).map(|line| std::str::from_utf8(line).unwrap()).collect();
        lines.join(end)
    }

    /// Everything that usual tools make of some text before, the needle and some text after.
    fn written(before: usize) -> Vec<(Encoding, String)> {
        let text = format!("{}{NEEDLE} and more", "x".repeat(before));
        let (base64, hex) = (STANDARD.encode(&text), hex::encode(&text));
        let mut all = vec![(Encoding::Base64, base64.clone()), (Encoding::Base64, URL_SAFE.encode(&text))];
        for width in [1, 7, 20, 40, 64, 76] {
            all.push((Encoding::Base64, wrapped(&base64, width, "\n")));
            all.push((Encoding::Base64, wrapped(&base64, width, "\r\n    ")));
        }
        all.extend([(Encoding::Hex, hex.clone()), (Encoding::Hex, hex.to_uppercase())]);
        // `xxd -p`, bytes with colons, words with hyphens.
        all.push((Encoding::Hex, wrapped(&hex, 60, "\n")));
        all.push((Encoding::Hex, wrapped(&hex, 2, ":")));
        all.push((Encoding::Hex, wrapped(&hex, 8, "-")));
        // `od -An -tx1` and `-tx1` of `hexdump`: a space before each byte, sixteen in a line.
        let bytes: Vec<String> = text.bytes().map(|byte| format!(" {byte:02x}")).collect();
        let lines: Vec<String> = bytes.chunks(16).map(<[String]>::concat).collect();
        all.push((Encoding::Hex, lines.join("\n")));
        all
    }

    #[test]
    fn line_breaks_and_spaces_do_not_hide_it() {
        for before in 0..20 {
            for (encoding, text) in written(before) {
                assert!(found(encoding, &[text.as_bytes()]), "{text}");
                let within = format!("#!/bin/sh\necho '{text}' | decode >&2 # {}\n", "no more ".repeat(40));
                assert!(found(encoding, &[within.as_bytes()]), "{within}");
            }
        }
    }

    #[test]
    fn chunks_change_nothing() {
        for (encoding, text) in written(5) {
            let text = [b"\0\0key=".as_slice(), text.as_bytes(), b"\0\0"].concat();
            for at in 0..text.len() {
                let (first, second) = text.split_at(at);
                assert!(found(encoding, &[first, second]), "cut at {at}");
            }
            let single: Vec<&[u8]> = text.chunks(1).collect();
            assert!(found(encoding, &single));
            for size in [2, 3, 13, 64] {
                let chunks: Vec<&[u8]> = text.chunks(size).collect();
                assert!(found(encoding, &chunks), "chunks of {size}");
            }
        }
    }

    #[test]
    fn what_is_not_it_is_not_found() {
        let other = NEEDLE.replace("42", "52");
        for text in [
            STANDARD.encode(&other),
            hex::encode(&other),
            NEEDLE.to_owned(),
            wrapped(&hex::encode(NEEDLE), 20, ","),
            wrapped(&STANDARD.encode(NEEDLE), 20, "."),
            "deadbeef ".repeat(1000),
            "The quick brown fox jumps over the lazy dog ".repeat(1000),
        ] {
            for encoding in [Encoding::Base64, Encoding::Hex] {
                assert!(!found(encoding, &[text.as_bytes()]), "{text}");
            }
        }
    }

    #[test]
    fn a_needle_too_short_to_tell_is_not_looked_for() {
        assert!(Search::new(Encoding::Hex, &["ab"]).unwrap().is_none());
        assert!(Search::new(Encoding::Base64, &["abc"]).unwrap().is_none());
        assert!(Search::new(Encoding::Base64, &[]).unwrap().is_none());
    }
}
