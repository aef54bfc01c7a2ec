//! From wishes to queries of the index.
//! Invariant: every query made here has at least one clause, and asks only for words that the index has.

use std::collections::BTreeSet;

use tantivy::{
    Score, Term,
    query::{BoostQuery, DisjunctionMaxQuery, PhraseQuery, Query, TermQuery},
    schema::{Field, IndexRecordOption},
};

use super::{
    asked::{Asked, Wish},
    synonyms::stems,
    vocabulary::Vocabulary,
    words::stem,
};

/// How much of the other matches' scores counts beside the best one's.
const TIE: Score = 0.15;
/// The most words that an unfinished word may become.
const BEGINNINGS_MAX: usize = 24;
/// The most wishes that are looked for.
const WISHES_MAX: usize = 32;
/// The most other spellings of a word.
const NEAR_MAX: usize = 6;

/// More words than this do not stand side by side anywhere.
const TOGETHER_MAX: usize = 8;
/// What all words side by side count, and once more nearly so; and what two neighbours.
const WHOLE: Score = 0.5;
const PAIR: Score = 0.3;

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
    pub(super) query: Box<dyn Query>,
    pub(super) small: bool,
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
        for wish in self.chosen(asked) {
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

    /// The wishes that tell most: of a long text the known words that are rarest.
    fn chosen<'w>(&self, asked: &'w Asked) -> Vec<&'w Wish> {
        if asked.wishes.len() <= WISHES_MAX {
            return asked.wishes.iter().collect();
        }
        let count = |wish: &Wish| {
            let terms = [Some(&wish.whole), wish.stem.as_ref()].into_iter().flatten();
            terms.map(|term| self.vocabulary.count(term)).max().unwrap_or(0)
        };
        let mut chosen: Vec<&Wish> = asked.wishes.iter().filter(|wish| !wish.small && count(wish) > 0).collect();
        chosen.sort_by_key(|wish| count(wish));
        chosen.truncate(WISHES_MAX);
        chosen
    }

    fn ways(&self, wish: &Wish, spelling: Spelling) -> Vec<Way> {
        if wish.quoted {
            return self.known(vec![Way { terms: wish.parts.clone(), weight: 2.0 }]);
        }
        let mut ways = vec![Way { terms: vec![wish.whole.clone()], weight: if wish.is_plain() { 1.0 } else { 1.6 } }];
        if !wish.is_plain() {
            ways.push(Way { terms: vec![bare(&wish.whole).to_owned()], weight: 1.3 });
            ways.push(Way { terms: vec![wish.parts.concat()], weight: 0.9 });
            let weight = if wish.parts.len() > 1 { 1.0 } else { 0.6 };
            ways.push(Way { terms: wish.parts.clone(), weight });
            ways.push(Way { terms: stems(&wish.whole), weight: weight * 0.8 });
        }
        ways.extend(wish.stem.iter().map(|stem| Way { terms: vec![stem.clone()], weight: 0.8 }));
        ways = self.known(ways);
        if wish.unfinished {
            let longer = self.vocabulary.beginning_with(&wish.whole, BEGINNINGS_MAX);
            ways.extend(longer.into_iter().map(|word| Way { terms: vec![word.to_owned()], weight: 0.6 }));
        }
        // Synonyms do not make a word known: the word itself may be misspelt all the same.
        let is_known = !ways.is_empty();
        let synonyms = wish.synonyms.iter().map(|name| Way { terms: stems(name), weight: 0.5 });
        ways.extend(self.known(synonyms.collect()));
        if spelling == Spelling::OfAll || !is_known {
            for near in self.vocabulary.near(bare(&wish.whole), wish.unfinished, NEAR_MAX) {
                let weight = if near.distance <= 1 { 0.55 } else { 0.4 };
                ways.extend(stem(&near.word).map(|stem| Way { terms: vec![stem], weight: weight * 0.8 }));
                ways.push(Way { terms: vec![near.word], weight });
            }
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

    /// The words of the query side by side, or nearly: all, and every two neighbours.
    pub(super) fn together(&self, asked: &Asked) -> Vec<Box<dyn Query>> {
        let parts = asked.wishes.iter().filter(|wish| !wish.small && !wish.quoted).flat_map(|wish| &wish.parts);
        let stems: Vec<String> = parts.map(|part| stem(part).unwrap_or_else(|| part.clone())).collect();
        if !(2..=TOGETHER_MAX).contains(&stems.len()) {
            return Vec::new();
        }
        let mut runs: Vec<(&[String], u32, Score)> = vec![(&stems, 0, WHOLE), (&stems, 2, WHOLE)];
        if stems.len() > 2 {
            runs.extend(stems.windows(2).map(|pair| (pair, 1, PAIR)));
        }
        runs.retain(|(run, ..)| run.iter().all(|stem| self.vocabulary.count(stem) > 0));
        let clauses = |(run, slop, weight): (&[String], u32, Score)| {
            let run = run.to_vec();
            self.fields.iter().map(move |field| self.clause(*field, &run, slop, weight)).collect::<Vec<_>>()
        };
        runs.into_iter().flat_map(clauses).collect()
    }
}

/// A flag without its hyphens, a path without its beginning.
pub(super) fn bare(whole: &str) -> &str {
    whole.trim_start_matches(|c: char| !c.is_alphanumeric())
}
