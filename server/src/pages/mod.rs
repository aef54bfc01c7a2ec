//! What the pages show, put together from content, database and leases: the server's side of `app::Backend`.
//! Invariant: nothing of another learner's is read here; every query is by the visitor's own id.

use app::{
    Backend, BackendError, Query, Visitor,
    api::HitKind,
    view::{self, Standing},
};
use async_trait::async_trait;
use domain::{
    id::{ChapterId, ExerciseId},
    progress::ExerciseProgress,
};
use library::Library;

use crate::{
    content::{Content, Shelf},
    lease::Leases,
    store::Store,
};

mod cards;
mod chapters;
mod exercises;
mod progress;
pub(crate) mod search;

/// The pages' source.
pub struct Pages {
    /// The database.
    pub store: Store,
    /// The content.
    pub content: std::sync::Arc<Content>,
    /// Sandboxes.
    pub leases: Leases,
}

fn fault(error: impl std::error::Error + Send + Sync + 'static) -> BackendError {
    BackendError::Fault(Box::new(error))
}

fn not_found(what: &'static str, name: &impl ToString) -> BackendError {
    BackendError::NotFound { what, name: name.to_string() }
}

impl Pages {
    fn shelf(&self) -> std::sync::Arc<Shelf> {
        self.content.shelf()
    }

    /// What this visitor has done, for the exercises of a library.
    async fn done(&self, visitor: &Visitor) -> Result<cards::Done<'_>, BackendError> {
        let Some(learner) = &visitor.learner else { return Ok(cards::Done::nothing(&self.leases)) };
        let progress = self.store.progress(learner).await.map_err(fault)?;
        let living = self.store.living_leases_of(learner).await.map_err(fault)?;
        Ok(cards::Done::new(&self.leases, progress, living.iter().filter_map(|row| row.exercise.clone())))
    }
}

#[async_trait]
impl Backend for Pages {
    async fn home(&self, visitor: &Visitor) -> Result<view::Home, BackendError> {
        progress::home(self, visitor).await
    }

    async fn chapters(&self, visitor: &Visitor) -> Result<view::Chapters, BackendError> {
        let done = self.done(visitor).await?;
        Ok(chapters::all(&self.shelf().library, &done))
    }

    async fn chapter(&self, visitor: &Visitor, id: &ChapterId) -> Result<view::ChapterPage, BackendError> {
        let done = self.done(visitor).await?;
        chapters::one(&self.shelf().library, &done, id)
    }

    async fn part(&self, number: u8) -> Result<view::WholePart, BackendError> {
        chapters::whole(&self.shelf().library, number)
    }

    async fn search(&self, _: &Visitor, query: &Query) -> Result<view::SearchResults, BackendError> {
        Ok(search::results(&self.shelf().index, &query.text, query.kind, query.limit))
    }

    async fn cheat_sheet(&self, _: &Visitor) -> Result<view::CheatSheet, BackendError> {
        Ok(chapters::cheat_sheet(&self.shelf().library))
    }

    async fn exercises(&self, visitor: &Visitor) -> Result<view::Exercises, BackendError> {
        let done = self.done(visitor).await?;
        Ok(exercises::all(&self.shelf().library, &done))
    }

    async fn exercise(&self, visitor: &Visitor, id: &ExerciseId) -> Result<view::ExercisePage, BackendError> {
        exercises::one(self, visitor, id).await
    }

    async fn progress(&self, visitor: &Visitor) -> Result<view::ProgressPage, BackendError> {
        progress::page(self, visitor).await
    }
}

/// A section to go to; the chapter's id stands in for a title that is not there.
fn section_link(library: &Library, section: &domain::chapter::SectionRef) -> view::SectionLink {
    let (chapter, heading) = match library.section(section) {
        Some((chapter, heading)) => (chapter.meta.title.clone(), heading.map(|heading| heading.title.clone())),
        None => (section.chapter.to_string(), None),
    };
    view::SectionLink { url: section.url(), chapter, heading }
}

/// How the search names a kind, and how pages do.
pub(crate) fn hit_kind(kind: library::search::Kind) -> HitKind {
    match kind {
        library::search::Kind::Chapter => HitKind::Chapter,
        library::search::Kind::Entry => HitKind::Entry,
        library::search::Kind::Exercise => HitKind::Exercise,
        library::search::Kind::Error => HitKind::Error,
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn standing(progress: Option<&ExerciseProgress>, living: bool, id: &ExerciseId) -> Standing {
    let none = ExerciseProgress::none(id.clone());
    Standing::of(progress.unwrap_or(&none), living)
}
