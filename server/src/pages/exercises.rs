//! The list of exercises, and one exercise with what the visitor has done of it.

use app::{
    BackendError, Visitor,
    view::{CheckView, ExercisePage, Exercises, PartOfExercises, StarterFile},
};
use domain::{exercise::Need, id::ExerciseId, progress::ExerciseProgress};
use library::Library;

use super::{Pages, cards, cards::Done, count, fault, not_found, section_link};

pub(super) fn all(library: &Library, done: &Done) -> Exercises {
    let parts = library.parts().iter().map(|part| PartOfExercises {
        part: part.clone(),
        exercises: library.exercises_of(part.number).map(|exercise| cards::exercise(exercise, done)).collect(),
    });
    Exercises { parts: parts.filter(|part| !part.exercises.is_empty()).collect() }
}

pub(super) async fn one(pages: &Pages, visitor: &Visitor, id: &ExerciseId) -> Result<ExercisePage, BackendError> {
    let shelf = pages.shelf();
    let library = &shelf.library;
    let Some(exercise) = library.exercise(id) else {
        if library.is_faulty_exercise(id) {
            return Err(BackendError::Unavailable {
                reason: format!("The exercise “{id}” cannot be done at the moment: its folder has a fault."),
                next: "Its author sees the fault with `drydock lint`. The other exercises are there.".to_owned(),
            });
        }
        return Err(not_found("exercise", id));
    };
    let done = pages.done(visitor).await?;
    let (mut attempts, mut progress, mut lease) = (Vec::new(), ExerciseProgress::none(id.clone()), None);
    if let Some(learner) = &visitor.learner {
        attempts = pages.store.attempts(learner, id).await.map_err(fault)?;
        progress = pages.store.progress_of(learner, id).await.map_err(fault)?;
        if let Some(row) = pages.store.living_lease(learner, Some(id)).await.map_err(fault)? {
            lease = Some(pages.leases.view(&row).await.map_err(fault)?);
        }
    }
    let taken = usize::try_from(progress.hints).unwrap_or(usize::MAX);
    let file = &exercise.file;
    let (previous, next) = library.beside_exercise(id);
    Ok(ExercisePage {
        card: cards::exercise(exercise, &done),
        part: library.part(file.part).cloned().ok_or_else(|| not_found("exercise", id))?,
        revision: file.revision,
        task_html: exercise.task_html.clone(),
        section: section_link(library, &file.section),
        prerequisites: file
            .prerequisites
            .iter()
            .filter_map(|id| Some(cards::exercise(library.exercise(id)?, &done)))
            .collect(),
        checks: file
            .check
            .iter()
            .map(|check| CheckView {
                id: check.id.clone(),
                claim: check.claim.clone(),
                points: check.points,
                kind: check.kind(),
                after: check.after.clone(),
                section: section_link(library, &check.section),
            })
            .collect(),
        hints_total: count(exercise.hints_html.len()),
        hints: exercise.hints_html.iter().take(taken).cloned().collect(),
        attempts,
        progress,
        files: exercise
            .start
            .iter()
            .map(|file| StarterFile { path: file.path.clone(), size: file.bytes.len() as u64 })
            .collect(),
        images: file.images.clone(),
        level: pages.leases.level(),
        limits_hold: pages.leases.offer().is_some_and(|offer| offer.gives(Need::Limits)),
        lease,
        previous: previous.map(|it| cards::exercise(it, &done)),
        next: next.map(|it| cards::exercise(it, &done)),
    })
}
