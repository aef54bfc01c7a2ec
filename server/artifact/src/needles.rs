//! Looking for secrets in streams: plain here, in base64 and in hex by [`crate::encoded`].
//! Invariant: how a stream is cut into chunks changes nothing; a needle across two chunks is found.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    io::{self, Read},
};

use aho_corasick::AhoCorasick;

use crate::{
    Invalid,
    encoded::{Encoding, Progress, Search},
};

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
    /// As they are; `None` when nothing is looked for.
    plain: Option<AhoCorasick>,
    longest: usize,
    encoded: Vec<(Form, Search)>,
    /// Number of the blob that is being read.
    pub(crate) blob: Cell<usize>,
    bytes: Cell<u64>,
    hits: RefCell<Hits>,
}

impl Needles {
    pub(crate) fn new(needles: &[String]) -> Result<Self, Invalid> {
        let needles: Vec<&str> = needles.iter().map(String::as_str).filter(|needle| !needle.is_empty()).collect();
        let unprepared =
            |error: &dyn std::error::Error| Invalid::new(format!("the search cannot be prepared: {error}"));
        let plain = (!needles.is_empty()).then(|| AhoCorasick::new(&needles)).transpose();
        let mut encoded = Vec::new();
        for (form, encoding) in [(Form::Base64, Encoding::Base64), (Form::Hex, Encoding::Hex)] {
            let search = Search::new(encoding, &needles).map_err(|error| unprepared(&error))?;
            encoded.extend(search.map(|search| (form, search)));
        }
        Ok(Self {
            plain: plain.map_err(|error| unprepared(&error))?,
            longest: needles.iter().map(|needle| needle.len()).max().unwrap_or(0),
            encoded,
            blob: Cell::new(0),
            bytes: Cell::new(0),
            hits: RefCell::default(),
        })
    }

    /// True when nothing is looked for.
    pub(crate) fn is_empty(&self) -> bool {
        self.plain.is_none()
    }

    fn is_plain_in(&self, bytes: &[u8]) -> bool {
        self.plain.as_ref().is_some_and(|plain| plain.is_match(bytes))
    }

    /// The forms that occur in some bytes.
    pub(crate) fn forms_in(&self, bytes: &[u8]) -> Vec<Form> {
        let plain = self.is_plain_in(bytes).then_some(Form::Plain);
        let encoded = self.encoded.iter().filter(|(_, search)| search.go_on(&mut search.begin(), bytes));
        plain.into_iter().chain(encoded.map(|(form, _)| *form)).collect()
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

/// Looks at all that is read through it.
pub(crate) struct Watched<'a, R> {
    inner: R,
    needles: &'a Needles,
    within: Within,
    inside: Vec<String>,
    /// The end of what was read before, then the new chunk; where a plain needle may stand.
    window: Vec<u8>,
    /// How far the search for each encoded form has come.
    progress: Vec<Progress>,
}

impl<'a, R: Read> Watched<'a, R> {
    pub(crate) fn new(inner: R, needles: &'a Needles, within: Within, inside: &[String]) -> Self {
        let progress = needles.encoded.iter().map(|(_, search)| search.begin()).collect();
        Self { inner, needles, within, inside: inside.to_vec(), window: Vec::new(), progress }
    }

    fn look(&mut self, chunk: &[u8]) {
        let needles = self.needles;
        needles.bytes.set(needles.bytes.get() + chunk.len() as u64);
        let keep = needles.longest.saturating_sub(1).min(self.window.len());
        self.window.drain(..self.window.len() - keep);
        self.window.extend_from_slice(chunk);
        if needles.is_plain_in(&self.window) {
            needles.hit(Form::Plain, &self.within, &self.inside);
        }
        for ((form, search), progress) in needles.encoded.iter().zip(&mut self.progress) {
            if search.go_on(progress, chunk) {
                needles.hit(*form, &self.within, &self.inside);
            }
        }
    }
}

impl<R: Read> Read for Watched<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(into)?;
        if !self.needles.is_empty() {
            self.look(into.get(..count).unwrap_or_default());
        }
        Ok(count)
    }
}
