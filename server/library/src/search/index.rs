//! The index: built from a library, asked by anybody, in memory.
//! Invariant: asking never blocks and gives an answer for any text.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use tantivy::{
    IndexReader, ReloadPolicy, Score, TantivyDocument,
    query::Query,
    schema::{FAST, Field, IndexRecordOption, NumericOptions, Schema, TextFieldIndexing, TextOptions},
    tokenizer::TextAnalyzer,
};

use super::{
    Found, Hit, Kind,
    asked::{Asked, Wish},
    collect::{AllMatches, Match, PLACE},
    commands::Commands,
    document::{Document, documents},
    lower::{Lowering, Spelling, Weighed, bare},
    messages::Messages,
    rank::{Tallies, rarity},
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
const FIELDS: [(&str, Score); 5] = [("heading", 4.0), ("above", 2.0), ("tags", 3.0), ("body", 1.0), ("code", 1.2)];
/// Memory for building, in bytes; enough for one segment of 20,000 sections.
const BUILD_BYTES: usize = 128 * 1024 * 1024;
/// Fewer hits than this are little: other spellings are tried.
const LITTLE: usize = 3;
/// What a match by another spelling of known words counts.
const MENDED: Score = 0.6;
/// How much less a match counts that lacks words.
const STRICTNESS: i32 = 2;
/// What a word of a message counts that is there side by side with another.
const MESSAGE: Score = 6.0;
/// What less is worth is no message.
const MESSAGE_LEAST: Score = 4.0;
/// The same for a text that was pasted, where all other words say little.
const PASTED_MESSAGE: Score = 60.0;
const PASTED_MESSAGE_LEAST: Score = 1.5;
/// How many times as much a match counts that gives the very command; more when it gives nothing else.
const COMMAND: Score = 1.3;

/// What a match counts by what it is: an entry is short and says what to type, so it is worth more; one that explains a
/// message only when the message is there.
fn prior(document: &Document, is_said: bool) -> Score {
    match document.kind {
        Kind::Error if !is_said => 0.8,
        Kind::Entry | Kind::Error => 1.3,
        Kind::Chapter => 1.0,
        Kind::Exercise => 0.7,
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
    messages: Messages,
    commands: Commands,
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
        let messages = Messages::of(&documents);
        let commands = Commands::of(&documents);
        Ok(Self { documents, vocabulary, messages, commands, fields, reader })
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

    /// All matches, best first, and the words to mark in them.
    fn matches(&self, asked: &Asked) -> (Vec<Match>, BTreeSet<String>) {
        let said = self.said(asked);
        let together = self.together(asked);
        let (tallies, marks) = self.tallies(asked, Spelling::OfUnknown, &said, &together);
        let mut found = self.weighed(&tallies, asked, &said);
        if tallies.complete_count() >= LITTLE || asked.is_long() {
            self.spread(&mut found);
            return (found, marks);
        }
        // Words that are somewhere may be misspelt all the same; what has them as they stand comes before.
        let (mended, marks) = self.tallies(asked, Spelling::OfAll, &said, &together);
        let known: HashSet<u64> = found.iter().map(|(place, _)| *place).collect();
        let mut mended = self.weighed(&mended, asked, &said);
        mended.retain(|(place, _)| !known.contains(place));
        let complete = found.iter().filter(|(place, _)| tallies.is_complete(*place)).map(|(_, score)| *score);
        let highest = mended.iter().map(|(_, score)| *score).fold(Score::MIN_POSITIVE, Score::max);
        let factor = complete.fold(MENDED, |factor, score| factor.min(score / highest * MENDED));
        found.extend(mended.into_iter().map(|(place, score)| (place, score * factor)));
        self.spread(&mut found);
        (found, marks)
    }

    fn lowering(&self) -> Lowering<'_> {
        Lowering { fields: &self.fields, vocabulary: &self.vocabulary }
    }

    /// What words side by side are worth; the same however others are spelt.
    fn together(&self, asked: &Asked) -> Vec<Match> {
        self.lowering().together(asked).iter().flat_map(|query| self.ask(&**query)).collect()
    }

    /// What each document has of a query.
    fn tallies(
        &self,
        asked: &Asked,
        spelling: Spelling,
        said: &HashMap<u64, Score>,
        together: &[Match],
    ) -> (Tallies, BTreeSet<String>) {
        let lowering = self.lowering();
        let mut tallies = Tallies::new(self.documents.len());
        let (wishes, marks) = lowering.wishes(asked, spelling);
        for wish in &wishes {
            tallies.wish(&self.ask(&*wish.query), wish.small);
        }
        together.iter().for_each(|found| tallies.add(*found));
        let message = if asked.is_long() { PASTED_MESSAGE } else { MESSAGE };
        for (place, worth) in said {
            tallies.add((*place, worth * message));
            if asked.is_long() {
                tallies.complete(*place);
            }
        }
        for (place, share) in self.commands.given_in(&asked.text) {
            tallies.complete(place);
            tallies.multiply((place, COMMAND + share));
        }
        (tallies, marks)
    }

    /// The messages that a text holds, and what their words are worth; far less than the best is chance.
    fn said(&self, asked: &Asked) -> HashMap<u64, Score> {
        let worth = |word: &str| {
            let count = usize::try_from(self.vocabulary.count(word)).unwrap_or(usize::MAX);
            rarity(count, self.documents.len())
        };
        let worth = |words: BTreeMap<&str, Score>| words.into_iter().map(|(word, share)| share * worth(word)).sum();
        let found = self.messages.found_in(&asked.words).into_iter();
        let mut found: HashMap<u64, Score> = found.map(|(place, words)| (place, worth(words))).collect();
        let best = found.values().copied().fold(0.0, Score::max);
        let least = if asked.is_long() { PASTED_MESSAGE_LEAST } else { MESSAGE_LEAST };
        found.retain(|_, worth| *worth >= least.max(best / 2.0));
        found
    }

    /// A tally's matches, weighed by what they are.
    fn weighed(&self, tallies: &Tallies, asked: &Asked, said: &HashMap<u64, Score>) -> Vec<Match> {
        let mut found = tallies.matches(if asked.is_long() { 1 } else { STRICTNESS });
        for (place, score) in &mut found {
            let is_said = said.contains_key(place);
            *score *= self.document(*place).map_or(1.0, |document| prior(document, is_said));
        }
        found
    }

    fn ask(&self, query: &dyn Query) -> Vec<Match> {
        self.reader.searcher().search(query, &AllMatches).unwrap_or_else(|error| {
            // The index is in memory and every query was made for it; should it fail all the same, others go on.
            tracing::error!(%error, "a query failed");
            Vec::new()
        })
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
        if asked.is_long() {
            return Vec::new();
        }
        let mended: Vec<Option<String>> = asked.wishes.iter().map(|wish| self.mended(wish)).collect();
        if mended.iter().all(Option::is_none) {
            return Vec::new();
        }
        let words = asked.wishes.iter().zip(mended).map(|(wish, mended)| mended.unwrap_or_else(|| wish.typed.clone()));
        vec![words.collect::<Vec<_>>().join(" ")]
    }

    /// A word that is nowhere, in the spelling that is somewhere.
    fn mended(&self, wish: &Wish) -> Option<String> {
        let is_known = |word: &str| self.vocabulary.count(word) > 0;
        let known = is_known(&wish.whole)
            || wish.quoted
            || wish.stem.as_deref().is_some_and(is_known)
            || wish.parts.len() > 1 && wish.parts.iter().all(|part| is_known(part))
            || wish.unfinished && !self.vocabulary.beginning_with(&wish.whole, 1).is_empty();
        if known {
            return None;
        }
        let bare = bare(&wish.whole);
        let near = self.vocabulary.near(bare, wish.unfinished, 1).pop()?;
        Some(format!("{}{}", wish.whole.strip_suffix(bare).unwrap_or_default(), near.word))
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
