//! Attempts, hints and solutions.

use std::convert::Infallible;

use app::api::{Lease, RevealedHint, Solution, SolutionFile};
use axum::{
    Json,
    extract::{Path, State as Shared},
    http::StatusCode,
    response::sse::{Event as Sse, KeepAlive, Sse as Stream},
};
use domain::{
    attempt::Attempt,
    id::{AttemptId, ExerciseId, LearnerId, LeaseId},
};
use futures::StreamExt as _;
use tokio_stream::wrappers::WatchStream;

use super::{error::Error, leases::event, who::Learner};
use crate::{grading::Event, state::State};

/// `POST /api/leases/{id}/attempts`
pub(super) async fn begin(
    Shared(state): Shared<State>,
    Learner(learner): Learner,
    Path(id): Path<LeaseId>,
) -> Result<(StatusCode, Json<Attempt>), Error> {
    let row = state.leases.of(&learner, &id).await?;
    Ok((StatusCode::ACCEPTED, Json(state.grading.begin(row).await?)))
}

/// An attempt of that learner's.
async fn own(state: &State, learner: &LearnerId, id: &AttemptId) -> Result<Attempt, Error> {
    let attempt = state.grading.attempt(learner, id).await?;
    attempt.ok_or_else(|| Error::not_found("There is no such attempt."))
}

/// `GET /api/attempts/{id}`
pub(super) async fn look(
    Shared(state): Shared<State>,
    Learner(learner): Learner,
    Path(id): Path<AttemptId>,
) -> Result<Json<Attempt>, Error> {
    Ok(Json(own(&state, &learner, &id).await?))
}

/// `POST /api/attempts/{id}/back`: a new sandbox with the files as they were at that attempt.
pub(super) async fn back(
    Shared(state): Shared<State>,
    Learner(learner): Learner,
    Path(id): Path<AttemptId>,
) -> Result<Json<Lease>, Error> {
    let attempt = own(&state, &learner, &id).await?;
    let row = state.leases.go_back(&attempt, &learner).await?;
    Ok(Json(state.leases.view(&row).await?))
}

/// `GET /api/exercises/{id}/attempts`
pub(super) async fn list(
    Shared(state): Shared<State>,
    Learner(learner): Learner,
    Path(id): Path<ExerciseId>,
) -> Result<Json<Vec<Attempt>>, Error> {
    Ok(Json(state.store.attempts(&learner, &id).await?))
}

/// `GET /api/attempts/{id}/events`: what has happened so far, then what happens, to the verdict.
pub(super) async fn events(
    Shared(state): Shared<State>,
    Learner(learner): Learner,
    Path(id): Path<AttemptId>,
) -> Result<Stream<impl futures::Stream<Item = Result<Sse, Infallible>>>, Error> {
    let attempt = own(&state, &learner, &id).await?;
    let told = match state.grading.follow(&id) {
        Some(events) => {
            let mut sent = 0;
            let new = WatchStream::new(events).map(move |events: Vec<Event>| {
                let new = events.get(sent..).unwrap_or_default().to_vec();
                sent = events.len();
                new
            });
            new.flat_map(futures::stream::iter).boxed()
        }
        // Finished a while ago: the database has it.
        None => futures::stream::iter(stored(attempt)).boxed(),
    };
    // The stream ends after the last event, so that browsers stop asking.
    let told = told.scan(false, |over, event| {
        let before = std::mem::replace(over, event.is_last());
        futures::future::ready((!before).then(|| Ok(sse(&event))))
    });
    let told = told.take_until(state.stopping.clone().cancelled_owned());
    Ok(Stream::new(told).keep_alive(KeepAlive::default()))
}

fn stored(attempt: Attempt) -> Vec<Event> {
    match attempt.verdict {
        Some(verdict) => {
            let checks = verdict.results.iter().cloned().map(|result| Event::Check(Box::new(result)));
            let mut events: Vec<Event> = checks.collect();
            events.push(Event::Verdict(verdict));
            events
        }
        None => vec![Event::Abandoned("This check was given up. Please check again.".to_owned())],
    }
}

fn sse(event_of: &Event) -> Sse {
    match event_of {
        Event::Looking(looking) => event("looking", looking),
        Event::Check(result) => event("check", result),
        Event::Verdict(verdict) => event("verdict", verdict),
        Event::Abandoned(message) => event("abandoned", &serde_json::json!({"message": message})),
    }
}

/// `POST /api/exercises/{id}/hints`: the next hint.
pub(super) async fn hint(
    Shared(state): Shared<State>,
    Learner(learner): Learner,
    Path(id): Path<ExerciseId>,
) -> Result<Json<RevealedHint>, Error> {
    let shelf = state.content.shelf();
    let exercise = shelf.library.exercise(&id).ok_or_else(|| Error::not_found("There is no such exercise."))?;
    let of = u32::try_from(exercise.hints_html.len()).unwrap_or(u32::MAX);
    if of == 0 {
        return Err(Error::not_found("This exercise has no hints."));
    }
    let number = state.store.take_hint(&learner, &id, of).await?;
    let html = usize::try_from(number).ok().and_then(|number| exercise.hints_html.get(number.checked_sub(1)?));
    let html = html.cloned().ok_or_else(|| Error::not_found("There is no such hint."))?;
    Ok(Json(RevealedHint { number, of, html }))
}

/// `POST /api/exercises/{id}/solution`: the solution; that it was opened is noted.
pub(super) async fn solution(
    Shared(state): Shared<State>,
    Learner(learner): Learner,
    Path(id): Path<ExerciseId>,
) -> Result<Json<Solution>, Error> {
    let shelf = state.content.shelf();
    let exercise = shelf.library.exercise(&id).ok_or_else(|| Error::not_found("There is no such exercise."))?;
    let case = exercise.solution().ok_or_else(|| Error::not_found("This exercise has no solution to show."))?;
    state.store.open_solution(&learner, &id, state.clock.now()).await?;
    let steps = case.solve.iter().map(|text| SolutionFile { path: "solve.sh".to_owned(), text: text.clone() });
    let files = case.files.iter().filter_map(|file| {
        let text = std::str::from_utf8(&file.bytes).ok()?.to_owned();
        Some(SolutionFile { path: file.path.clone(), text })
    });
    Ok(Json(Solution { html: case.explains_html.clone(), files: steps.chain(files).collect() }))
}
