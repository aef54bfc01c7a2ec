//! Leases: start, look, follow, extend, reset, end.

use std::{convert::Infallible, sync::Arc, time::Duration};

use app::api::{Laid, Lease, NewLease, Warning};
use axum::{
    Json,
    extract::{Path, State as Shared},
    http::StatusCode,
    response::sse::{Event as Sse, KeepAlive, Sse as Stream},
};
use domain::{
    id::{EntryId, LeaseId},
    lease::LeaseState,
};
use futures::StreamExt as _;
use tokio_stream::wrappers::{BroadcastStream, errors::BroadcastStreamRecvError};

use super::{error::Error, who::Learner};
use crate::{
    lease::{Event, fixture},
    state::State,
};

/// A new lease is told of at the latest after this, ready or not.
const SOON: Duration = Duration::from_millis(150);

/// `POST /api/leases`
pub(super) async fn open(
    Shared(state): Shared<State>,
    Learner(learner): Learner,
    Json(new): Json<NewLease>,
) -> Result<(StatusCode, Json<Lease>), Error> {
    let row = state.leases.open(&learner, new.exercise.as_ref()).await?;
    let status = if row.state == LeaseState::Queued { StatusCode::CREATED } else { StatusCode::OK };
    // With a warm sandbox it takes less than this, and the page needs not wait for an event.
    let row = state.leases.settled(row, SOON).await?;
    Ok((status, Json(state.leases.view(&row).await?)))
}

/// `GET /api/leases/{id}`
pub(super) async fn look(
    Shared(state): Shared<State>,
    Learner(learner): Learner,
    Path(id): Path<LeaseId>,
) -> Result<Json<Lease>, Error> {
    let row = state.leases.of(&learner, &id).await?;
    Ok(Json(state.leases.view(&row).await?))
}

/// `POST /api/leases/{id}/extend`
pub(super) async fn extend(
    Shared(state): Shared<State>,
    Learner(learner): Learner,
    Path(id): Path<LeaseId>,
) -> Result<Json<Lease>, Error> {
    let row = state.leases.of(&learner, &id).await?;
    let row = state.leases.extend(&row).await?;
    Ok(Json(state.leases.view(&row).await?))
}

/// `POST /api/leases/{id}/reset`
pub(super) async fn reset(
    Shared(state): Shared<State>,
    Learner(learner): Learner,
    Path(id): Path<LeaseId>,
) -> Result<Json<Lease>, Error> {
    let row = state.leases.of(&learner, &id).await?;
    let row = state.leases.reset(&row).await?;
    Ok(Json(state.leases.view(&row).await?))
}

/// `POST /api/leases/{id}/fixtures/{entry}`: makes what an entry of the cheat sheet needs.
pub(super) async fn lay(
    Shared(state): Shared<State>,
    Learner(learner): Learner,
    Path((id, entry)): Path<(LeaseId, EntryId)>,
) -> Result<Json<Laid>, Error> {
    let row = state.leases.of(&learner, &id).await?;
    let sandbox = state.leases.sandbox(&row)?;
    let shelf = state.content.shelf();
    let (group, entry) = shelf.library.entry(&entry).ok_or_else(|| Error::not_found("There is no such entry."))?;
    Ok(Json(Laid { problem: fixture::lay(&sandbox, group, entry).await? }))
}

/// `DELETE /api/leases/{id}`
pub(super) async fn end(
    Shared(state): Shared<State>,
    Learner(learner): Learner,
    Path(id): Path<LeaseId>,
) -> Result<StatusCode, Error> {
    let row = state.leases.of(&learner, &id).await?;
    state.leases.end(&row, "You ended it.").await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /api/leases/{id}/events`: the lease now and whenever it changes, and warnings.
pub(super) async fn events(
    Shared(state): Shared<State>,
    Learner(learner): Learner,
    Path(id): Path<LeaseId>,
) -> Result<Stream<impl futures::Stream<Item = Result<Sse, Infallible>>>, Error> {
    // Subscribed before the first look, so that no change falls between.
    let changes = BroadcastStream::new(state.leases.events(&id));
    let row = state.leases.of(&learner, &id).await?;
    let first = event("lease", &state.leases.view(&row).await?);
    let known = Arc::new(tokio::sync::Mutex::new(row));
    let follower = state.leases.follower(&id);
    let stopping = state.stopping.clone();
    let later = changes.filter_map(move |change| {
        // As long as the stream is read, its page is open.
        let _follower = &follower;
        let (state, id, known) = (state.clone(), id.clone(), Arc::clone(&known));
        async move {
            let mut row = known.lock().await;
            match change {
                Ok(Event::Warning(message)) => return Some(event("warning", &Warning { message })),
                // Nothing but its place has changed, and that is in memory: a room full of pages asks at once.
                Ok(Event::QueueMoved) if row.state == LeaseState::Queued => {}
                // After a lag something may have been missed: look again.
                Ok(Event::Changed) => *row = state.leases.of(&row.learner, &id).await.ok()?,
                Err(BroadcastStreamRecvError::Lagged(_)) => *row = state.leases.of(&row.learner, &id).await.ok()?,
                Ok(Event::QueueMoved) => return None,
            }
            Some(event("lease", &state.leases.view(&row).await.ok()?))
        }
    });
    let all = futures::stream::once(async move { first }).chain(later).map(Ok);
    let all = all.take_until(stopping.cancelled_owned());
    Ok(Stream::new(all).keep_alive(KeepAlive::default()))
}

/// A server-sent event with a document.
pub(super) fn event(name: &str, document: &impl serde::Serialize) -> Sse {
    Sse::default().event(name).json_data(document).unwrap_or_else(|_| Sse::default().comment("unreadable"))
}
