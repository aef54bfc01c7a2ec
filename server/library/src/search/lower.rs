//! From wishes to queries of the index.
//! Invariant: every query made here has at least one clause, and asks only for words that the index has.

use std::collections::BTreeSet;

use tantivy::{
    Score, Term,
    query::{BooleanQuery, BoostQuery, DisjunctionMaxQuery, Occur, PhraseQuery, Query, TermQuery},
    schema::{Field, IndexRecordOption},
};

use super::{
    asked::{Asked, Wish},
    vocabulary::Vocabulary,
    words::{Form, stem, words},
};

/// How much of the other matches' scores counts beside the best one's.
const TIE: Score = 0.2;
/// The most words that an unfinished word may become.
const BEGINNINGS_MAX: usize = 24;
/// The most other spellings of a word.
const NEAR_MAX: usize = 6;

/// Which words may be spelt otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spelling {
    /// Those that are nowhere as they stand.
    OfUnknown,
    /// All.
    OfAll,
}

/// A field of the index and how much a match there counts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Weighed {
    pub(super) field: Field,
    pub(super) weight: Score,
}

/// One way to fulfil a wish.
#[derive(Debug, Clone, PartialEq)]
struct Way {
    /// One word, or several side by side.
    terms: Vec<String>,
    weight: Score,
}

/// A wish, ready to be looked for.
pub(super) struct Lowered {
    query: Box<dyn Query>,
    small: bool,
}

/// Makes queries for one index.
pub(super) struct Lowering<'a> {
    pub(super) fields: &'a [Weighed],
    pub(super) vocabulary: &'a Vocabulary,
}

impl Lowering<'_> {
    /// The wishes that can be fulfilled at all, and the words to mark in what is found.
    pub(super) fn wishes(&self, asked: &Asked, spelling: Spelling) -> (Vec<Lowered>, BTreeSet<String>) {
        let mut marks = BTreeSet::new();
        let mut lowered = Vec::new();
        for wish in &asked.wishes {
            let ways = self.ways(wish, spelling);
            let clauses: Vec<Box<dyn Query>> = ways.iter().flat_map(|way| self.clauses(way)).collect();
            if clauses.is_empty() {
                continue;
            }
            if !wish.small {
                marks.extend(ways.into_iter().flat_map(|way| way.terms));
            }
            let query = Box::new(DisjunctionMaxQuery::with_tie_breaker(clauses, TIE));
            lowered.push(Lowered { query, small: wish.small });
        }
        (lowered, marks)
    }

    fn ways(&self, wish: &Wish, spelling: Spelling) -> Vec<Way> {
        if wish.quoted {
            return self.known(vec![Way { terms: wish.parts.clone(), weight: 2.0 }]);
        }
        let mut ways = vec![Way { terms: vec![wish.whole.clone()], weight: if wish.is_plain() { 1.0 } else { 1.6 } }];
        if !wish.is_plain() {
            let bare = wish.whole.trim_start_matches(|c: char| !c.is_alphanumeric());
            ways.push(Way { terms: vec![bare.to_owned()], weight: 1.3 });
            ways.push(Way { terms: vec![wish.parts.concat()], weight: 0.9 });
            ways.push(Way { terms: wish.parts.clone(), weight: if wish.parts.len() > 1 { 1.0 } else { 0.6 } });
        }
        ways.extend(wish.stem.iter().map(|stem| Way { terms: vec![stem.clone()], weight: 0.8 }));
        ways = self.known(ways);
        if wish.unfinished {
            let longer = self.vocabulary.beginning_with(&wish.whole, BEGINNINGS_MAX);
            ways.extend(longer.into_iter().map(|word| Way { terms: vec![word.to_owned()], weight: 0.6 }));
        }
        // Synonyms do not make a word known: the word itself may be misspelt all the same.
        let is_known = !ways.is_empty();
        let synonyms = wish.synonyms.iter().map(|name| Way { terms: terms_of(name), weight: 0.5 });
        ways.extend(self.known(synonyms.collect()));
        if spelling == Spelling::OfAll || !is_known {
            let near = self.vocabulary.near(&wish.whole, wish.unfinished, NEAR_MAX);
            ways.extend(
                near.into_iter()
                    .map(|near| Way { terms: vec![near.word], weight: if near.distance <= 1 { 0.55 } else { 0.4 } }),
            );
        }
        ways
    }

    /// Ways whose every word is somewhere, each once.
    fn known(&self, ways: Vec<Way>) -> Vec<Way> {
        let mut seen = BTreeSet::new();
        let known = |way: &Way| way.terms.iter().all(|term| self.vocabulary.count(term) > 0);
        ways.into_iter().filter(|way| known(way) && seen.insert(way.terms.clone())).collect()
    }

    fn clauses(&self, way: &Way) -> Vec<Box<dyn Query>> {
        let clause = |field: &Weighed| self.clause(*field, &way.terms, 0, way.weight);
        self.fields.iter().map(clause).collect()
    }

    fn clause(&self, field: Weighed, terms: &[String], slop: u32, weight: Score) -> Box<dyn Query> {
        let term = |text: &String| Term::from_field_text(field.field, text);
        let query: Box<dyn Query> = match terms {
            [one] => Box::new(TermQuery::new(term(one), IndexRecordOption::WithFreqs)),
            several => {
                let terms = several.iter().map(term).enumerate().collect();
                Box::new(PhraseQuery::new_with_offset_and_slop(terms, slop))
            }
        };
        Box::new(BoostQuery::new(query, field.weight * weight))
    }

    /// Everything that must not be missing, with more for what stands together as it was typed.
    pub(super) fn strict(&self, asked: &Asked, wishes: &[Lowered]) -> BooleanQuery {
        let mut clauses: Vec<(Occur, Box<dyn Query>)> =
            wishes.iter().map(|wish| (if wish.small { Occur::Should } else { Occur::Must }, small(wish))).collect();
        clauses.extend(self.together(asked).into_iter().map(|query| (Occur::Should, query)));
        BooleanQuery::new(clauses)
    }

    /// At least `least` of the wishes that are not small.
    pub(super) fn relaxed(&self, asked: &Asked, wishes: &[Lowered], least: usize) -> BooleanQuery {
        let wanted = wishes.iter().filter(|wish| !wish.small).map(|wish| (Occur::Should, wish.query.box_clone()));
        let wanted = BooleanQuery::with_minimum_required_clauses(wanted.collect(), least);
        let mut clauses: Vec<(Occur, Box<dyn Query>)> = vec![(Occur::Must, Box::new(wanted))];
        clauses.extend(wishes.iter().filter(|wish| wish.small).map(|wish| (Occur::Should, small(wish))));
        clauses.extend(self.together(asked).into_iter().map(|query| (Occur::Should, query)));
        BooleanQuery::new(clauses)
    }

    /// The words of the query side by side, or nearly.
    fn together(&self, asked: &Asked) -> Vec<Box<dyn Query>> {
        let parts = asked.wishes.iter().filter(|wish| !wish.small && !wish.quoted).flat_map(|wish| &wish.parts);
        let stems: Vec<String> = parts.map(|part| stem(part).unwrap_or_else(|| part.clone())).collect();
        if !(2..=8).contains(&stems.len()) || stems.iter().any(|stem| self.vocabulary.count(stem) == 0) {
            return Vec::new();
        }
        self.fields.iter().map(|field| self.clause(*field, &stems, 2, 0.7)).collect()
    }
}

fn small(wish: &Lowered) -> Box<dyn Query> {
    if wish.small { Box::new(BoostQuery::new(wish.query.box_clone(), 0.2)) } else { wish.query.box_clone() }
}

/// A synonym's words as the index has them.
fn terms_of(name: &str) -> Vec<String> {
    let words = words(name);
    match words.iter().find(|word| word.form == Form::Whole) {
        Some(whole) if !name.contains(' ') => vec![whole.text.clone()],
        _ => words.into_iter().filter(|word| word.form == Form::Part).map(|word| word.text).collect(),
    }
}

/// How many wishes must be fulfilled.
pub(super) fn wanted(wishes: &[Lowered]) -> usize {
    wishes.iter().filter(|wish| !wish.small).count()
}
