//! The index: built from a library, asked by anybody, in memory.
//! Invariant: asking never blocks and gives an answer for any text.

use std::collections::{BTreeSet, HashMap, HashSet};

use tantivy::{
    IndexReader, ReloadPolicy, Score, TantivyDocument,
    query::Query,
    schema::{FAST, Field, IndexRecordOption, NumericOptions, Schema, TextFieldIndexing, TextOptions},
    tokenizer::TextAnalyzer,
};

use super::{
    Found, Hit, Kind,
    asked::Asked,
    collect::{AllMatches, Match, PLACE},
    document::{Document, documents},
    lower::{Lowering, Spelling, Weighed, wanted},
    snippet::snippet,
    vocabulary::Vocabulary,
    words::Words,
};
use crate::Library;

/// The index could not be built: the machine is out of memory or threads.
#[derive(Debug, thiserror::Error)]
#[error("the search index could not be built")]
pub struct IndexError(#[from] tantivy::TantivyError);

/// The fields, in the order of [`Document::texts`], and what a match in each counts.
const FIELDS: [(&str, Score); 5] = [("heading", 4.0), ("above", 1.6), ("tags", 3.0), ("body", 1.0), ("code", 1.2)];
/// Memory for building, in bytes; enough for one segment of 20,000 sections.
const BUILD_BYTES: usize = 128 * 1024 * 1024;
/// Fewer hits than this are little: other spellings are tried.
const LITTLE: usize = 3;
/// Fewer hits than this and words may be missing.
const FEW: usize = 6;

/// What a match counts by its kind: an entry is short and says what to type, so it is worth more.
fn prior(kind: Kind) -> Score {
    match kind {
        Kind::Entry => 1.3,
        Kind::Chapter => 1.0,
        Kind::Exercise => 0.9,
    }
}

/// What a further section of a chapter counts, against the one before it.
const FURTHER: Score = 0.94;

/// The most matches that are put in order, before a kind is picked out of them.
const SHOWN_MAX: usize = 1_000;
/// The most hits that are given.
const HITS_MAX: usize = 200;

/// The index.
pub struct Index {
    documents: Vec<Document>,
    vocabulary: Vocabulary,
    fields: Vec<Weighed>,
    reader: IndexReader,
}

impl std::fmt::Debug for Index {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Index").field("documents", &self.documents.len()).finish_non_exhaustive()
    }
}

impl Index {
    /// Builds the index of everything in a library.
    ///
    /// # Errors
    /// See [`IndexError`].
    pub fn build(library: &Library) -> Result<Self, IndexError> {
        let documents = documents(library);
        let (schema, place, fields) = schema();
        let index = tantivy::Index::create_in_ram(schema);
        index.tokenizers().register("words", TextAnalyzer::builder(Words).build());
        let mut writer = index.writer_with_num_threads(1, BUILD_BYTES)?;
        for (number, document) in (0..).zip(&documents) {
            let mut indexed = TantivyDocument::new();
            indexed.add_u64(place, number);
            for (field, text) in fields.iter().zip(document.texts()) {
                indexed.add_text(field.field, text);
            }
            writer.add_document(indexed)?;
        }
        writer.commit()?;
        writer.wait_merging_threads()?;
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        let vocabulary = Vocabulary::of(documents.iter().map(|document| document.texts().to_vec()));
        Ok(Self { documents, vocabulary, fields, reader })
    }

    /// How many sections, entries and exercises can be found.
    #[must_use]
    pub fn len(&self) -> usize {
        self.documents.len()
    }

    /// Whether there is nothing to find.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.documents.is_empty()
    }

    /// The best `limit` hits, at most 200, of one kind when `filter` names it. Any text will do.
    #[must_use]
    pub fn search(&self, text: &str, filter: Option<Kind>, limit: usize) -> Found {
        let asked = Asked::parse(text);
        let (found, marks) = self.matches(&asked);
        let mut counts = Kind::ALL.map(|kind| (kind, 0));
        for document in found.iter().filter_map(|(place, _)| self.document(*place)) {
            counts.iter_mut().filter(|(kind, _)| *kind == document.kind).for_each(|(_, count)| *count += 1);
        }
        let shown = found.iter().filter_map(|(place, score)| Some((self.document(*place)?, *score)));
        let shown = shown.filter(|(document, _)| filter.is_none_or(|kind| document.kind == kind));
        let hits = shown.take(limit.min(HITS_MAX)).map(|(document, score)| hit(document, score, &marks)).collect();
        Found { hits, counts: counts.to_vec(), instead: self.instead(&asked) }
    }

    fn document(&self, place: u64) -> Option<&Document> {
        self.documents.get(usize::try_from(place).ok()?)
    }

    /// All matches, best first: those that fulfil every wish, and when these are few, those that fulfil most.
    fn matches(&self, asked: &Asked) -> (Vec<Match>, BTreeSet<String>) {
        let lowering = Lowering { fields: &self.fields, vocabulary: &self.vocabulary };
        let mut found = Vec::new();
        let (mut wishes, mut marks) = lowering.wishes(asked, Spelling::OfUnknown);
        if wishes.is_empty() {
            return (found, marks);
        }
        self.add(&lowering.strict(asked, &wishes), &mut found);
        if found.len() < LITTLE {
            (wishes, marks) = lowering.wishes(asked, Spelling::OfAll);
            self.add(&lowering.strict(asked, &wishes), &mut found);
        }
        let all = wanted(&wishes);
        for least in [all.saturating_sub(1), all * 2 / 3, all / 2, all / 3, 1] {
            if found.len() < FEW && least > 0 && least < all {
                self.add(&lowering.relaxed(asked, &wishes, least), &mut found);
            }
        }
        (found, marks)
    }

    /// Adds the matches of a query that are not there yet, below all that are.
    fn add(&self, query: &dyn Query, found: &mut Vec<Match>) {
        let mut more = match self.reader.searcher().search(query, &AllMatches) {
            Ok(more) => more,
            // The index is in memory and every query was made for it; should it fail all the same, others go on.
            Err(error) => return tracing::error!(%error, "a query failed"),
        };
        if !found.is_empty() {
            let known: HashSet<u64> = found.iter().map(|(place, _)| *place).collect();
            more.retain(|(place, _)| !known.contains(place));
        }
        for (place, score) in &mut more {
            *score *= self.document(*place).map_or(1.0, |document| prior(document.kind));
        }
        self.spread(&mut more);
        if let (Some((_, lowest)), Some((_, highest))) = (found.last(), more.first()) {
            let factor = if highest > lowest { lowest / highest * 0.95 } else { 0.95 };
            more.iter_mut().for_each(|(_, score)| *score *= factor);
        }
        found.append(&mut more);
    }

    /// Best first, and among equals in the curriculum's order; each further section of one chapter counts less, so
    /// that one chapter does not fill the page. Only what may be shown is put in order.
    fn spread(&self, found: &mut [Match]) {
        let best_first = |a: &Match, b: &Match| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0));
        if found.len() > SHOWN_MAX {
            found.select_nth_unstable_by(SHOWN_MAX, best_first);
        }
        let shown = found.len().min(SHOWN_MAX);
        let Some(found) = found.get_mut(..shown) else { return };
        found.sort_by(best_first);
        let mut seen: HashMap<&str, i32> = HashMap::new();
        for (place, score) in found.iter_mut() {
            let Some(document) = self.document(*place).filter(|document| document.kind == Kind::Chapter) else {
                continue;
            };
            let before = seen.entry(&document.title).or_default();
            *score *= FURTHER.powi((*before).min(6));
            *before += 1;
        }
        found.sort_by(best_first);
    }

    /// The query with words that are nowhere in the spelling that is somewhere.
    fn instead(&self, asked: &Asked) -> Vec<String> {
        let mut mended = false;
        let words: Vec<String> = asked
            .wishes
            .iter()
            .map(|wish| {
                let known = !wish.is_plain()
                    || self.vocabulary.count(&wish.whole) > 0
                    || wish.stem.as_ref().is_some_and(|stem| self.vocabulary.count(stem) > 0)
                    || wish.unfinished && !self.vocabulary.beginning_with(&wish.whole, 1).is_empty();
                let near = if known { None } else { self.vocabulary.near(&wish.whole, wish.unfinished, 1).pop() };
                mended |= near.is_some();
                near.map_or_else(|| wish.typed.clone(), |near| near.word)
            })
            .collect();
        if mended { vec![words.join(" ")] } else { Vec::new() }
    }
}

fn schema() -> (Schema, Field, Vec<Weighed>) {
    let mut builder = Schema::builder();
    let place = builder.add_u64_field(PLACE, NumericOptions::default() | FAST);
    let indexing =
        TextFieldIndexing::default().set_tokenizer("words").set_index_option(IndexRecordOption::WithFreqsAndPositions);
    let options = TextOptions::default().set_indexing_options(indexing);
    let fields = FIELDS.map(|(name, weight)| Weighed { field: builder.add_text_field(name, options.clone()), weight });
    (builder.build(), place, fields.to_vec())
}

fn hit(document: &Document, score: Score, marks: &BTreeSet<String>) -> Hit {
    let snippet = match &document.command {
        Some(command) => snippet(&[command], marks),
        None => snippet(&[&document.body, &document.code], marks),
    };
    Hit {
        kind: document.kind,
        title: document.title.clone(),
        section: document.section.clone(),
        url: document.url.clone(),
        snippet,
        score,
        command: document.command.clone(),
    }
}
