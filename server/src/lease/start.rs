//! From a sandbox of the pool to a lease that is ready: told its end, furnished. What fails on the way leaves nothing
//! behind, and the lease its place in the queue.

use std::time::{Duration, Instant};

use app::api::EngineState;
use sandbox::{ContainerId, EngineStates, Sandbox, SandboxError};

use super::{LeaseError, Leases, Living, furnish};
use crate::store::lease::LeaseRow;

/// The engine of a sandbox answers within this time from its first use, or is said to have failed.
const ENGINE: Duration = Duration::from_secs(60);
/// Sandboxes that a lease is given before it is given up.
const TRIES: u32 = 3;
/// Before a lost connection is made again.
const PAUSE: Duration = Duration::from_secs(1);

impl Leases {
    /// Make a lease ready that was given a sandbox; when that fails it waits for another one.
    pub(super) async fn start(&self, row: LeaseRow) {
        let Some(container) = row.container.clone().map(ContainerId) else { return };
        let began = Instant::now();
        let sandbox = self.inner.pool.take(&container);
        let error = match self.make_ready(&row, &sandbox).await {
            Ok(true) => {
                self.failures().remove(&row.id);
                tracing::info!(lease = %row.id, seconds = began.elapsed().as_secs_f64(), "a sandbox is ready");
                return;
            }
            Ok(false) => {
                tracing::info!(lease = %row.id, "a sandbox was not wanted any more");
                self.let_go(&row, &sandbox).await;
                return;
            }
            Err(error) => error,
        };
        tracing::error!(lease = %row.id, error = &error as &dyn std::error::Error, "a sandbox could not be made ready");
        let tries = {
            let mut failures = self.failures();
            let tries = failures.entry(row.id.clone()).or_default();
            *tries += 1;
            *tries
        };
        let done = if tries < TRIES && may_pass(&error) {
            self.let_go(&row, &sandbox).await;
            self.inner.store.requeue_lease(&row.id).await.map(drop).map_err(LeaseError::from)
        } else {
            let reason = match &error {
                LeaseError::NotOffered(why) => why,
                _ => "The sandbox could not be made ready. This is our fault; please try again.",
            };
            self.handles().remove(&row.id);
            self.end_without_saving(&row, Some(sandbox), reason).await
        };
        if let Err(error) = done {
            tracing::error!(lease = %row.id, %error, "a failed lease is left to the reaper");
        }
        self.changed(&row.id);
    }

    async fn let_go(&self, row: &LeaseRow, sandbox: &Sandbox) {
        self.handles().remove(&row.id);
        if let Err(error) = sandbox.end().await {
            tracing::warn!(lease = %row.id, %error, "a sandbox is left to the reaper");
        }
    }

    /// False when the lease ended meanwhile.
    async fn make_ready(&self, row: &LeaseRow, sandbox: &Sandbox) -> Result<bool, LeaseError> {
        self.handles().insert(row.id.clone(), Living::new(sandbox.clone(), self.level(), self.now()));
        self.tell_end(&row.id, sandbox, row.expires_at).await?;
        if let Some(id) = &row.exercise {
            let exercise = self.inner.content.shelf().library.exercise(id).cloned();
            let exercise = exercise.ok_or_else(|| LeaseError::NoExercise(id.clone()))?;
            // It may have been asked for before it was known what sandboxes offer here.
            if let Some(why) = self.why_not(&exercise.file.needs) {
                return Err(LeaseError::NotOffered(why));
            }
            let saved = self.inner.store.work(&row.learner, id).await?;
            furnish::furnish(sandbox, &exercise, &row.canary, &row.nonce, &saved).await?;
            self.bring_images(sandbox, row).await?;
        }
        if !self.inner.store.lease_is_ready(&row.id, self.now()).await? {
            return Ok(false);
        }
        self.changed(&row.id);
        self.follow_engine(row, sandbox.clone());
        Ok(true)
    }

    /// Tell what becomes of the sandbox's engine, as long as the lease has it.
    pub(super) fn follow_engine(&self, row: &LeaseRow, sandbox: Sandbox) {
        let (leases, id) = (self.clone(), row.id.clone());
        self.inner.tasks.spawn(async move {
            let following = async {
                while leases.handles().contains_key(&id) {
                    if let Ok(states) = sandbox.follow_engine().await {
                        leases.pass_on(&id, states).await;
                    }
                    tokio::time::sleep(PAUSE).await;
                }
            };
            tokio::select! {
                () = following => {}
                () = leases.inner.stop.cancelled() => {}
            }
        });
    }

    /// Returns when the connection breaks.
    async fn pass_on(&self, id: &domain::id::LeaseId, mut states: EngineStates) {
        let mut state = EngineState::Asleep;
        loop {
            let next = states.next();
            state = match state {
                // It is given a time to come up in, and may come up later all the same.
                EngineState::Starting => match tokio::time::timeout(ENGINE, next).await {
                    Ok(Ok(next)) => known(next),
                    Ok(Err(_)) => return,
                    Err(_) => EngineState::Failed,
                },
                _ => match next.await {
                    Ok(next) => known(next),
                    Err(_) => return,
                },
            };
            let Some(changed) = self.handles().get_mut(id).map(|living| {
                let before = std::mem::replace(&mut living.engine, state);
                before != state
            }) else {
                return;
            };
            if changed {
                self.changed(id);
            }
        }
    }
}

fn known(state: sandbox::EngineState) -> EngineState {
    match state {
        sandbox::EngineState::Asleep => EngineState::Asleep,
        sandbox::EngineState::Starting => EngineState::Starting,
        sandbox::EngineState::Ready => EngineState::Ready,
        sandbox::EngineState::Stopped => EngineState::Stopped,
    }
}

/// Whether another sandbox may not have the same trouble: not when the exercise's own set-up failed.
fn may_pass(error: &LeaseError) -> bool {
    match error {
        LeaseError::Sandbox(error) => !matches!(error, SandboxError::DidNotStart { .. }),
        LeaseError::Engine(_) | LeaseError::Store(_) => true,
        _ => false,
    }
}
