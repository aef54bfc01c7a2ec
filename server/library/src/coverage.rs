//! What there is of the curriculum: for each row its sections, entries and exercises, and which are missing.

use domain::{
    curriculum::Row,
    id::{EntryId, ExerciseId},
};

use crate::Library;

/// A row, and what there is of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Covered<'a> {
    /// The row.
    pub row: &'a Row,
    /// The cheat sheet's entries whose section is one of the row's.
    pub entries: Vec<&'a EntryId>,
    /// Its exercises that can be done.
    pub exercises: Vec<&'a ExerciseId>,
    /// Its exercises that still have to be written.
    pub missing: Vec<&'a ExerciseId>,
}

impl Covered<'_> {
    /// Whether it is taught, looked up and practised.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        let practised = !self.row.exercises.is_empty() || self.row.without_exercise.is_some();
        !self.row.sections.is_empty() && !self.entries.is_empty() && practised && self.missing.is_empty()
    }
}

/// What there is of each row, in order.
#[must_use]
pub fn coverage(library: &Library) -> Vec<Covered<'_>> {
    library.curriculum().iter().map(|row| covered(row, library)).collect()
}

fn covered<'a>(row: &'a Row, library: &'a Library) -> Covered<'a> {
    let entries = library.groups().iter().flat_map(|group| &group.entries);
    let (exercises, missing) = row.exercises.iter().partition(|id| library.exercise(id).is_some());
    Covered {
        row,
        entries: entries.filter(|it| row.covers(&it.entry.section)).map(|it| it.id()).collect(),
        exercises,
        missing,
    }
}
