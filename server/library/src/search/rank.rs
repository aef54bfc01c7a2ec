//! How well each document answers a query: what its matches are worth together, and what it lacks.
//! Invariant: work and memory grow with the documents and with the matches, not with both multiplied.

use tantivy::Score;

use super::collect::Match;

/// Fewer matches than this are few: more may be missing from them.
const FEW: usize = 6;
/// What share of a query's worth a match must have, at first, and when those are few.
const SHARES: [Score; 5] = [ENOUGH, 0.6, 0.4, 0.2, 0.0];
/// What lacks no more than this has, as far as matters, all words.
const ENOUGH: Score = 0.8;
/// What a word counts that may be missing.
const SMALL: Score = 0.2;

/// What is known of a document: the sum of its scores, and the worth of the wishes that it fulfils.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    score: Score,
    worth: Score,
}

/// All documents' tallies, by place.
pub(super) struct Tallies {
    documents: Vec<Tally>,
    /// The worth of all wishes.
    worth: Score,
}

impl Tallies {
    pub(super) fn new(documents: usize) -> Self {
        Self { documents: vec![Tally::default(); documents], worth: 0.0 }
    }

    /// Counts the matches of a wish. The rarer they are, the more it is worth.
    pub(super) fn wish(&mut self, matches: &[Match], small: bool) {
        let (factor, worth) = if small { (SMALL, 0.0) } else { (1.0, rarity(matches.len(), self.documents.len())) };
        self.worth += worth;
        for (place, score) in matches {
            if let Some(tally) = self.of(*place) {
                tally.score += score * factor;
                tally.worth += worth;
            }
        }
    }

    /// Adds to the score of one document.
    pub(super) fn add(&mut self, (place, score): Match) {
        if let Some(tally) = self.of(place) {
            tally.score += score;
        }
    }

    /// Multiplies the score of one document.
    pub(super) fn multiply(&mut self, (place, factor): Match) {
        if let Some(tally) = self.of(place) {
            tally.score *= factor;
        }
    }

    /// Says that nothing that matters is missing from a document.
    pub(super) fn complete(&mut self, place: u64) {
        let worth = self.worth;
        if let Some(tally) = self.of(place) {
            tally.worth = worth;
        }
    }

    fn of(&mut self, place: u64) -> Option<&mut Tally> {
        self.documents.get_mut(usize::try_from(place).ok()?)
    }

    /// How many documents have all words, as far as matters.
    pub(super) fn complete_count(&self) -> usize {
        self.documents.iter().filter(|tally| self.share(tally) >= ENOUGH).count()
    }

    /// Whether a document has all words, as far as matters.
    pub(super) fn is_complete(&self, place: u64) -> bool {
        let tally = usize::try_from(place).ok().and_then(|place| self.documents.get(place));
        tally.is_some_and(|tally| self.share(tally) >= ENOUGH)
    }

    fn share(&self, tally: &Tally) -> Score {
        if self.worth > 0.0 { tally.worth / self.worth } else { Score::from(u8::from(tally.score > 0.0)) }
    }

    /// What has all words, and when that is little, what has most; the more is missing, the less a score counts.
    pub(super) fn matches(&self, strictness: i32) -> Vec<Match> {
        let shares: Vec<Score> = self.documents.iter().map(|tally| self.share(tally)).collect();
        let enough = |least: &Score| shares.iter().filter(|share| **share >= *least).count() >= FEW;
        let least = SHARES.into_iter().find(enough).unwrap_or(0.0);
        let kept =
            (0..).zip(self.documents.iter().zip(&shares)).filter(|(_, (_, share))| **share >= least && **share > 0.0);
        kept.map(|(place, (tally, share))| (place, tally.score * share.powi(strictness))).collect()
    }
}

/// What it is worth to be among `count` of `all`.
pub(super) fn rarity(count: usize, all: usize) -> Score {
    let number = |count: usize| Score::from(u16::try_from(count).unwrap_or(u16::MAX));
    (1.0 + number(all.saturating_sub(count)) / (number(count) + 0.5)).ln()
}
