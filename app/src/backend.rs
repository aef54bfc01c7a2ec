//! The seam between pages and the rest of the server: what pages ask for, and how that can fail.
//! Invariant: a page never asks twice; one call gives it everything it shows.

use async_trait::async_trait;
use domain::id::{ChapterId, ExerciseId, LearnerId};

use crate::view;

/// Who looks at a page. The server puts one into the request's extensions; without it the
/// visitor is unknown and no progress is shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Visitor {
    /// The learner, once there is a cookie.
    pub learner: Option<LearnerId>,
}

/// Why a page could not be had.
#[derive(Debug, thiserror::Error)]
pub enum BackendError {
    /// There is no such thing; shown as "404" with a way on.
    #[error("there is no {what} `{name}`")]
    NotFound {
        /// "chapter", "part" or "exercise".
        what: &'static str,
        /// What was asked for.
        name: String,
    },
    /// It should be there but cannot be shown now, e.g. a chapter whose file is faulty; shown as "503".
    #[error("{reason}")]
    Unavailable {
        /// What happened, a sentence for people.
        reason: String,
        /// What to do next, a sentence for people.
        next: String,
    },
    /// A fault of ours; the cause is logged once and never shown; shown as "500".
    #[error("a page could not be made")]
    Fault(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// What the search page was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// As typed, trimmed; may be empty.
    pub text: String,
    /// Only this kind.
    pub kind: Option<crate::api::HitKind>,
    /// At most this many hits.
    pub limit: usize,
}

/// What pages need; implemented by the server.
#[async_trait]
pub trait Backend: Send + Sync + 'static {
    /// What to do next.
    ///
    /// # Errors
    /// See [`BackendError`]; the same holds for every method.
    async fn home(&self, visitor: &Visitor) -> Result<view::Home, BackendError>;
    /// All chapters by part.
    async fn chapters(&self, visitor: &Visitor) -> Result<view::Chapters, BackendError>;
    /// One chapter.
    async fn chapter(&self, visitor: &Visitor, id: &ChapterId) -> Result<view::ChapterPage, BackendError>;
    /// All chapters of a part, for paper.
    async fn part(&self, number: u8) -> Result<view::WholePart, BackendError>;
    /// Hits for a query; an empty query has none.
    async fn search(&self, visitor: &Visitor, query: &Query) -> Result<view::SearchResults, BackendError>;
    /// All entries by group.
    async fn cheat_sheet(&self, visitor: &Visitor) -> Result<view::CheatSheet, BackendError>;
    /// All exercises by part.
    async fn exercises(&self, visitor: &Visitor) -> Result<view::Exercises, BackendError>;
    /// One exercise with what this visitor has done of it.
    async fn exercise(&self, visitor: &Visitor, id: &ExerciseId) -> Result<view::ExercisePage, BackendError>;
    /// Everything this visitor has done.
    async fn progress(&self, visitor: &Visitor) -> Result<view::ProgressPage, BackendError>;
}
