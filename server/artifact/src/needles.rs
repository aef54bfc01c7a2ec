//! Looking for secrets in streams: plain, in base64 and in hex.
//! Invariant: how a stream is cut into chunks changes nothing; a needle across two chunks is found.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    io::{self, Read},
};

use aho_corasick::AhoCorasick;
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};

use crate::Invalid;

/// How a secret is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Form {
    Plain,
    Base64,
    Hex,
}

impl Form {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Base64 => "base64",
            Self::Hex => "hex",
        }
    }
}

/// Where in a blob something was found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Within {
    /// The content of a path.
    Path(String),
    /// The name of a path, or of what is deleted there.
    Name(String),
    /// The target of a link.
    Link(String),
    /// The extended attributes of a path.
    Attributes(String),
    /// Between the members, or in a blob that is no archive.
    Bytes,
}

/// Found in a blob: the blob's number, where in it, and how written; with the way into nested archives.
pub(crate) type Hits = BTreeMap<(usize, Within, Form), Vec<String>>;

/// More hits than this are not kept; a hundred are shown.
const MOST_HITS: usize = 10_000;

/// All that is looked for, and what was found so far.
pub(crate) struct Needles {
    automaton: Option<AhoCorasick>,
    forms: Vec<Form>,
    longest: usize,
    /// Number of the blob that is being read.
    pub(crate) blob: Cell<usize>,
    bytes: Cell<u64>,
    hits: RefCell<Hits>,
}

impl Needles {
    pub(crate) fn new(needles: &[String]) -> Result<Self, Invalid> {
        let mut patterns: BTreeMap<Vec<u8>, Form> = BTreeMap::new();
        for needle in needles.iter().filter(|needle| !needle.is_empty()) {
            for (pattern, form) in forms(needle.as_bytes()) {
                let known = patterns.entry(pattern).or_insert(form);
                *known = form.min(*known);
            }
        }
        let automaton = (!patterns.is_empty())
            .then(|| AhoCorasick::new(patterns.keys()))
            .transpose()
            .map_err(|error| Invalid::new(format!("the search cannot be prepared: {error}")))?;
        Ok(Self {
            automaton,
            longest: patterns.keys().map(Vec::len).max().unwrap_or(0),
            forms: patterns.into_values().collect(),
            blob: Cell::new(0),
            bytes: Cell::new(0),
            hits: RefCell::default(),
        })
    }

    /// True when nothing is looked for.
    pub(crate) fn is_empty(&self) -> bool {
        self.automaton.is_none()
    }

    /// The forms that occur in some bytes.
    pub(crate) fn forms_in(&self, bytes: &[u8]) -> Vec<Form> {
        let Some(automaton) = &self.automaton else { return Vec::new() };
        if !automaton.is_match(bytes) {
            return Vec::new();
        }
        let mut found: Vec<Form> = automaton
            .find_overlapping_iter(bytes)
            .filter_map(|hit| self.forms.get(hit.pattern().as_usize()).copied())
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Look at something short that is at hand as a whole.
    pub(crate) fn look(&self, bytes: &[u8], within: &Within, inside: &[String]) {
        for form in self.forms_in(bytes) {
            self.hit(form, within, inside);
        }
    }

    fn hit(&self, form: Form, within: &Within, inside: &[String]) {
        let mut hits = self.hits.borrow_mut();
        let key = (self.blob.get(), within.clone(), form);
        if hits.len() >= MOST_HITS && !hits.contains_key(&key) {
            return;
        }
        // Of a nested archive the innermost name tells the most.
        let known = hits.entry(key).or_default();
        if inside.len() > known.len() {
            *known = inside.to_vec();
        }
    }

    /// Bytes looked at, and what was found.
    pub(crate) fn finish(&self) -> (u64, Hits) {
        (self.bytes.get(), self.hits.take())
    }
}

/// Every way to write a needle that is looked for.
fn forms(needle: &[u8]) -> Vec<(Vec<u8>, Form)> {
    let hex = hex::encode(needle);
    let mut forms = vec![
        (needle.to_vec(), Form::Plain),
        (hex.to_uppercase().into_bytes(), Form::Hex),
        (hex.into_bytes(), Form::Hex),
    ];
    for before in 0..3 {
        // Encoded after `before` bytes of something else; characters that those, or what follows, have a part in are left off.
        let mut shifted = vec![0; before];
        shifted.extend_from_slice(needle);
        let first = (before * 8).div_ceil(6);
        let last = shifted.len() * 8 / 6;
        // Shorter ones occur by chance.
        if last.saturating_sub(first) < 6 {
            continue;
        }
        for encoded in [STANDARD_NO_PAD.encode(&shifted), URL_SAFE_NO_PAD.encode(&shifted)] {
            if let Some(core) = encoded.get(first..last) {
                forms.push((core.as_bytes().to_vec(), Form::Base64));
            }
        }
    }
    forms
}

/// Looks at all that is read through it.
pub(crate) struct Watched<'a, R> {
    inner: R,
    needles: &'a Needles,
    within: Within,
    inside: Vec<String>,
    /// The end of what was read before, then the new chunk.
    window: Vec<u8>,
}

impl<'a, R: Read> Watched<'a, R> {
    pub(crate) fn new(inner: R, needles: &'a Needles, within: Within, inside: &[String]) -> Self {
        Self { inner, needles, within, inside: inside.to_vec(), window: Vec::new() }
    }
}

impl<R: Read> Read for Watched<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(into)?;
        let needles = self.needles;
        if !needles.is_empty() {
            needles.bytes.set(needles.bytes.get() + count as u64);
            let keep = needles.longest.saturating_sub(1).min(self.window.len());
            self.window.drain(..self.window.len() - keep);
            self.window.extend(into.iter().take(count));
            needles.look(&self.window, &self.within, &self.inside);
        }
        Ok(count)
    }
}
