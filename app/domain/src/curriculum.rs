//! The curriculum: what is to be taught, row by row, and where it is.
//! Stored as `[[row]]` tables in `content/curriculum.toml`.

use serde::{Deserialize, Serialize};

use crate::{chapter::SectionRef, id::ExerciseId};

/// `content/curriculum.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CurriculumFile {
    /// The rows, in order.
    pub row: Vec<Row>,
}

/// A topic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// Its number, e.g. "7.2.9"; several rows may share one.
    pub number: String,
    /// What is taught, in a few words.
    pub teaches: String,
    /// Where: chapters, or sections of them.
    #[serde(default)]
    pub sections: Vec<SectionRef>,
    /// The exercises that practise it; they may still have to be written.
    #[serde(default)]
    pub exercises: Vec<ExerciseId>,
    /// Why there is nothing to practise; only where `exercises` is empty.
    #[serde(default)]
    pub without_exercise: Option<String>,
}

impl Row {
    /// Whether a place is taught in this row: it lies in a chapter that is named whole, or in a section that is named.
    #[must_use]
    pub fn covers(&self, place: &SectionRef) -> bool {
        self.sections.iter().any(|own| own.chapter == place.chapter && (own.anchor.is_none() || own == place))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_row_covers_its_chapters_and_of_others_only_named_sections() {
        let place = |text: &str| SectionRef::try_from(text.to_owned()).unwrap();
        let row = Row {
            number: "7.1".to_owned(),
            teaches: "all".to_owned(),
            sections: vec![place("whole"), place("part#one")],
            exercises: Vec::new(),
            without_exercise: None,
        };
        for inside in ["whole", "whole#any", "part#one"] {
            assert!(row.covers(&place(inside)), "{inside}");
        }
        for outside in ["part", "part#two", "other"] {
            assert!(!row.covers(&place(outside)), "{outside}");
        }
    }
}
