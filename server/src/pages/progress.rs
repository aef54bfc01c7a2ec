//! The home page and the progress page.

use app::{
    BackendError, Visitor,
    view::{AttemptLine, Home, LivingLease, PartCard, PartOfProgress, ProgressLine, ProgressPage, Totals},
};
use domain::progress::ExerciseProgress;
use library::Library;

use super::{Pages, cards, cards::Done, count, fault};

pub(super) async fn home(pages: &Pages, visitor: &Visitor) -> Result<Home, BackendError> {
    let shelf = pages.shelf();
    let library = &shelf.library;
    let done = pages.done(visitor).await?;
    let mut living = Vec::new();
    if let Some(learner) = &visitor.learner {
        for row in pages.store.living_leases_of(learner).await.map_err(fault)? {
            let exercise = row.exercise.as_ref().and_then(|id| library.exercise(id));
            living.push(LivingLease {
                lease: pages.leases.view(&row).await.map_err(fault)?,
                exercise: exercise.map(|it| cards::exercise(it, &done)),
            });
        }
    }
    let open = || library.exercises().iter().filter(|it| !done.solved(&it.id));
    let next = open().find(|it| done.begun(&it.id)).or_else(|| open().next());
    let chapter = next.and_then(|it| library.chapter(&it.file.section.chapter)).or_else(|| library.chapters().first());
    Ok(Home {
        living,
        next_exercise: next.map(|it| cards::exercise(it, &done)),
        next_chapter: chapter.map(|it| cards::chapter(library, it, &done)),
        parts: library.parts().iter().map(|part| part_card(library, &done, part)).collect(),
        totals: totals(library, &done),
    })
}

fn part_card(library: &Library, done: &Done, part: &domain::chapter::Part) -> PartCard {
    PartCard {
        part: part.clone(),
        chapters: count(library.chapters_of(part.number).count()),
        minutes: library.chapters_of(part.number).map(|chapter| u32::from(chapter.meta.minutes)).sum(),
        exercises: count(library.exercises_of(part.number).count()),
        solved: count(library.exercises_of(part.number).filter(|it| done.solved(&it.id)).count()),
    }
}

fn totals(library: &Library, done: &Done) -> Totals {
    let exercises = library.exercises();
    Totals {
        chapters: count(library.chapters().len()),
        entries: count(library.entry_count()),
        exercises: count(exercises.len()),
        solved: count(exercises.iter().filter(|it| done.solved(&it.id)).count()),
        points: exercises.iter().filter_map(|it| Some(done.of(&it.id)?.best_points)).sum(),
        of_points: exercises.iter().map(|it| it.file.points()).sum(),
    }
}

pub(super) async fn page(pages: &Pages, visitor: &Visitor) -> Result<ProgressPage, BackendError> {
    let shelf = pages.shelf();
    let library = &shelf.library;
    let done = pages.done(visitor).await?;
    let attempts = match &visitor.learner {
        Some(learner) => pages.store.latest_attempts(learner, 20).await.map_err(fault)?,
        None => Vec::new(),
    };
    let line = |exercise: &library::Exercise| ProgressLine {
        card: cards::exercise(exercise, &done),
        progress: done.of(&exercise.id).cloned().unwrap_or_else(|| ExerciseProgress::none(exercise.id.clone())),
    };
    Ok(ProgressPage {
        totals: totals(library, &done),
        parts: library
            .parts()
            .iter()
            .map(|part| PartOfProgress {
                part: part.clone(),
                lines: library.exercises_of(part.number).map(|it| line(it)).collect(),
            })
            .filter(|part| !part.lines.is_empty())
            .collect(),
        latest: attempts
            .into_iter()
            .map(|attempt| AttemptLine {
                title: library
                    .exercise(&attempt.exercise)
                    .map_or_else(|| attempt.exercise.to_string(), |it| it.file.title.clone()),
                attempt,
            })
            .collect(),
    })
}
