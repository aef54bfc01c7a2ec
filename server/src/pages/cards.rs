//! Exercises and chapters as they stand in lists, with what a visitor has done of them.

use std::collections::{HashMap, HashSet};

use app::view::{ChapterCard, ExerciseCard, Offer};
use domain::{id::ExerciseId, progress::ExerciseProgress};
use library::{Chapter, Exercise, Library};

use super::{count, standing};
use crate::lease::Leases;

/// What one visitor has done, and can do here.
pub(super) struct Done<'a> {
    leases: &'a Leases,
    progress: HashMap<ExerciseId, ExerciseProgress>,
    living: HashSet<ExerciseId>,
}

impl<'a> Done<'a> {
    pub(super) fn new(
        leases: &'a Leases,
        progress: Vec<ExerciseProgress>,
        living: impl Iterator<Item = ExerciseId>,
    ) -> Self {
        let progress = progress.into_iter().map(|one| (one.exercise.clone(), one)).collect();
        Self { leases, progress, living: living.collect() }
    }

    /// Of somebody who has done nothing yet.
    pub(super) fn nothing(leases: &'a Leases) -> Self {
        Self::new(leases, Vec::new(), std::iter::empty())
    }

    /// Whether sandboxes here give an exercise what it needs.
    fn offer(&self, exercise: &Exercise) -> Offer {
        match self.leases.why_not(&exercise.file.needs) {
            None => Offer::Offered,
            Some(why) => Offer::NotOffered { why },
        }
    }

    pub(super) fn of(&self, id: &ExerciseId) -> Option<&ExerciseProgress> {
        self.progress.get(id)
    }

    pub(super) fn solved(&self, id: &ExerciseId) -> bool {
        self.of(id).is_some_and(|progress| progress.solved_at.is_some())
    }

    pub(super) fn begun(&self, id: &ExerciseId) -> bool {
        self.living.contains(id) || self.of(id).is_some_and(|progress| progress.attempts > 0)
    }
}

pub(super) fn exercise(exercise: &Exercise, done: &Done) -> ExerciseCard {
    let file = &exercise.file;
    ExerciseCard {
        id: exercise.id.clone(),
        title: file.title.clone(),
        summary: file.summary.clone(),
        part: file.part,
        order: file.order,
        level: file.level,
        minutes: file.minutes,
        points: file.points(),
        checks: count(file.check.len()),
        needs: file.needs.clone(),
        standing: standing(done.of(&exercise.id), done.living.contains(&exercise.id), &exercise.id),
        offer: done.offer(exercise),
    }
}

pub(super) fn chapter(library: &Library, chapter: &Chapter, done: &Done) -> ChapterCard {
    ChapterCard {
        id: chapter.id.clone(),
        order: chapter.meta.order,
        title: chapter.meta.title.clone(),
        summary: chapter.meta.summary.clone(),
        minutes: chapter.meta.minutes,
        exercises: exercises_of(library, chapter, done),
    }
}

/// The exercises that practise a chapter.
pub(super) fn exercises_of(library: &Library, chapter: &Chapter, done: &Done) -> Vec<ExerciseCard> {
    chapter.meta.exercises.iter().filter_map(|id| Some(exercise(library.exercise(id)?, done))).collect()
}
