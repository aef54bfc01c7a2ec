//! View models: what each page shows, in terms of the domain.
//! Invariant: HTML in here was rendered by the server from the project's own content; everything else is plain text.

mod chapter;
mod cheat_sheet;
mod exercise;
mod home;
mod progress;

pub use crate::api::{Facet, SearchResults};
pub use chapter::{
    ChapterCard, ChapterLink, ChapterPage, Chapters, Heading, PartOfChapters, SectionLink, WholeChapter, WholePart,
};
pub use cheat_sheet::{CheatSheet, EntryGroup, EntryView, FlagView};
pub use exercise::{CheckView, ExerciseCard, ExercisePage, Exercises, Offer, PartOfExercises, Standing, StarterFile};
pub use home::{Home, LivingLease, PartCard, Totals};
pub use progress::{AttemptLine, PartOfProgress, ProgressLine, ProgressPage};
