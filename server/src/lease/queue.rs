//! The queue: first come, first served out of the pool, which makes what is missing.
//! Invariant: a lease keeps its place until it has a sandbox, whatever fails on the way.

use std::{
    borrow::Cow,
    collections::HashMap,
    time::{Duration, Instant},
};

use domain::{id::LeaseId, lease::LeaseState};

use super::{Event, LeaseError, Leases};
use crate::{pool::ENGINE_AWAY, store::lease::LeaseRow};

/// The queue is looked at, and those who wait are told of their place, no more often than this, unless they are few.
const TELL: Duration = Duration::from_millis(500);
const FEW: usize = 8;
/// So many requests at the same time wait for the outcome of a start; others are answered at once.
pub(super) const SETTLING: usize = 16;

/// The queue as it was looked at last.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Queue {
    /// Places from 1.
    pub(super) places: HashMap<LeaseId, u32>,
    /// When the leases that have a sandbox end, Unix seconds.
    pub(super) ends: Vec<i64>,
    /// Why nobody gets a sandbox at the moment.
    pub(super) why_not: Option<Cow<'static, str>>,
}

/// Says that a task of this server furnishes the sandbox of a lease, until it is dropped, also by a panic.
struct Making {
    leases: Leases,
    id: LeaseId,
}

impl Making {
    fn of(leases: &Leases, id: &LeaseId) -> Self {
        leases.making().insert(id.clone());
        Self { leases: leases.clone(), id: id.clone() }
    }
}

impl Drop for Making {
    fn drop(&mut self) {
        self.leases.making().remove(&self.id);
    }
}

impl Leases {
    /// Give sandboxes to queued leases as they come free, until the server stops.
    pub(super) async fn serve_queue(self) {
        let mut looked = Instant::now();
        loop {
            if let Err(error) = self.give().await {
                tracing::error!(error = &error as &dyn std::error::Error, "the queue could not be served");
            }
            let queued = self.inner.pool.fill().await.unwrap_or_else(|error| {
                tracing::error!(error = &error as &dyn std::error::Error, "the pool could not be filled");
                0
            });
            // With many in the queue each move concerns all of them.
            let due = queued <= FEW || looked.elapsed() >= TELL;
            if due {
                looked = Instant::now();
                if let Err(error) = self.look_at_queue().await {
                    tracing::error!(error = &error as &dyn std::error::Error, "the queue could not be looked at");
                }
            }
            let pause = if due { Duration::from_secs(2) } else { TELL };
            tokio::select! {
                () = self.inner.wake.notified() => {}
                () = tokio::time::sleep(pause) => {}
                () = self.inner.stop.cancelled() => return,
            }
        }
    }

    /// As long as there are both a lease that waits and a sandbox.
    async fn give(&self) -> Result<(), LeaseError> {
        loop {
            let expires_at = self.now() + i64::from(self.inner.settings.minutes) * 60;
            // The reaper takes a lease that is starting and that nobody furnishes for a lost one: it must not look in
            // between.
            let claiming = self.inner.claiming.lock().await;
            let Some(recipe) = self.inner.pool.recipe() else { return Ok(()) };
            let claim = self.inner.store.claim(&recipe, self.inner.pool.alive_at(), expires_at);
            let Some(row) = claim.await? else { return Ok(()) };
            let making = Making::of(self, &row.id);
            drop(claiming);
            let leases = self.clone();
            self.inner.tasks.spawn(async move {
                leases.start(row).await;
                drop(making);
                leases.inner.wake.notify_one();
            });
        }
    }

    /// Look at the queue, and tell those who wait when anything has changed for them.
    async fn look_at_queue(&self) -> Result<(), LeaseError> {
        let queued = self.inner.store.queue().await?;
        let ends = self.inner.store.ends_of_sandboxes().await?;
        let why_not = match self.inner.pool.why_not() {
            // A hung engine tells nothing by itself, for a minute.
            None if self.inner.pool.is_late() && !self.engine_answers().await => Some(ENGINE_AWAY.into()),
            known => known,
        };
        let places = queued.into_iter().zip(1..).collect();
        let now = Queue { places, ends, why_not };
        let moved = {
            let mut queue = self.queue_mut();
            let moved = queue.places != now.places || queue.why_not != now.why_not;
            *queue = now;
            moved
        };
        if moved {
            for id in self.queue().places.keys() {
                self.inner.events.tell(id, Event::QueueMoved);
            }
        }
        Ok(())
    }

    /// The lease as soon as it waits no more, or as it is after so long; as it is at once when many ask, for then most
    /// will have to wait longer.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn settled(&self, row: LeaseRow, patience: Duration) -> Result<LeaseRow, LeaseError> {
        let Ok(_asking) = self.inner.settling.try_acquire() else { return Ok(row) };
        let (mut events, id) = (self.events(&row.id), &row.id);
        let deadline = tokio::time::Instant::now() + patience;
        loop {
            let row = self.inner.store.lease(id).await?.ok_or(LeaseError::NotFound)?;
            if !matches!(row.state, LeaseState::Queued | LeaseState::Starting) {
                return Ok(row);
            }
            let changed = async {
                while let Ok(event) = events.recv().await {
                    if event == Event::Changed {
                        return;
                    }
                }
            };
            if tokio::time::timeout_at(deadline, changed).await.is_err() {
                return Ok(row);
            }
        }
    }
}
