//! All matches of a query, with their scores.
//! Invariant: `place` is the number of the document in the list that the index was built from.

use tantivy::{
    DocId, Score, SegmentOrdinal, SegmentReader,
    collector::{Collector, SegmentCollector},
    columnar::Column,
};

/// A match: the document's place and its score.
pub(super) type Match = (u64, Score);

/// Collects every match; there are never more than the content has sections.
pub(super) struct AllMatches;

pub(super) struct OfSegment {
    places: Column<u64>,
    found: Vec<Match>,
}

/// The field that holds a document's place.
pub(super) const PLACE: &str = "place";

impl Collector for AllMatches {
    type Fruit = Vec<Match>;
    type Child = OfSegment;

    fn for_segment(&self, _: SegmentOrdinal, segment: &SegmentReader) -> tantivy::Result<OfSegment> {
        Ok(OfSegment { places: segment.fast_fields().u64(PLACE)?, found: Vec::new() })
    }

    fn requires_scoring(&self) -> bool {
        true
    }

    fn merge_fruits(&self, found: Vec<Vec<Match>>) -> tantivy::Result<Vec<Match>> {
        Ok(found.concat())
    }
}

impl SegmentCollector for OfSegment {
    type Fruit = Vec<Match>;

    fn collect(&mut self, document: DocId, score: Score) {
        if let Some(place) = self.places.first(document) {
            self.found.push((place, score));
        }
    }

    fn harvest(self) -> Vec<Match> {
        self.found
    }
}
