//! The sections of a text while it is read: plain words for search, headings for contents.
//! Invariant: there is always an opening section, and each later one has an anchor of its own.

use std::collections::{BTreeMap, BTreeSet};

use super::anchor::anchor_of;
use crate::Section;

/// Sections so far; words go into the last.
pub(crate) struct Sections {
    all: Vec<Section>,
    anchors: BTreeSet<String>,
    /// The last number put behind an anchor that was taken.
    numbers: BTreeMap<String, usize>,
    /// The last heading of level 2.
    chief: Option<String>,
}

/// What a new heading got.
pub(crate) struct Opened {
    pub(crate) anchor: String,
    /// A sentence when the anchor is not the one it should be.
    pub(crate) fault: Option<String>,
}

impl Sections {
    pub(crate) fn new() -> Self {
        Self {
            all: vec![Section { level: 1, ..Section::default() }],
            anchors: BTreeSet::new(),
            numbers: BTreeMap::new(),
            chief: None,
        }
    }

    /// A heading: gives it an anchor and, at level 2 and 3, opens a section.
    pub(crate) fn open(&mut self, level: u8, title: &str, wanted: Option<&str>) -> Opened {
        let base = wanted.map_or_else(|| anchor_of(title), ToOwned::to_owned);
        let mut fault = None;
        if wanted.is_some_and(|wanted| anchor_of(wanted) != wanted) {
            fault = Some(format!("the anchor `{base}` must be lower-case letters and digits joined by hyphens"));
        }
        let base = if fault.is_some() { anchor_of(&base) } else { base };
        let base = if base.is_empty() { "section".to_owned() } else { base };
        let mut anchor = base.clone();
        while self.anchors.contains(&anchor) {
            fault = Some(format!("the anchor `{base}` is taken; give this heading another with `{{#name}}`"));
            let number = self.numbers.entry(base.clone()).or_insert(1);
            *number += 1;
            anchor = format!("{base}-{number}");
        }
        self.anchors.insert(anchor.clone());
        if level <= 3 {
            let title = title.to_owned();
            let path = if level == 2 { Vec::new() } else { self.chief.iter().cloned().collect() };
            if level == 2 {
                self.chief = Some(title.clone());
            }
            self.all.push(Section { anchor: Some(anchor.clone()), level, title, path, ..Section::default() });
        } else {
            // A deeper heading is found as words of the section it stands in.
            self.text(title);
            self.end_block();
        }
        Opened { anchor, fault }
    }

    /// Words that are read.
    pub(crate) fn text(&mut self, text: &str) {
        if let Some(section) = self.all.last_mut() {
            section.text.push_str(text);
        }
    }

    /// A code block.
    pub(crate) fn code(&mut self, code: &str) {
        if let Some(section) = self.all.last_mut() {
            section.code.push_str(code.trim_end());
            section.code.push('\n');
        }
    }

    /// The end of a paragraph, list item or cell.
    pub(crate) fn end_block(&mut self) {
        if let Some(section) = self.all.last_mut()
            && !section.text.is_empty()
            && !section.text.ends_with('\n')
        {
            section.text.push('\n');
        }
    }

    pub(crate) fn has_anchor(&self, anchor: &str) -> bool {
        self.anchors.contains(anchor)
    }

    pub(crate) fn finish(self) -> (Vec<Section>, BTreeSet<String>) {
        let trimmed = |mut section: Section| {
            section.text.truncate(section.text.trim_end().len());
            section.code.truncate(section.code.trim_end().len());
            section
        };
        (self.all.into_iter().map(trimmed).collect(), self.anchors)
    }
}
