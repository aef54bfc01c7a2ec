//! Making the sandbox of a lease: create, furnish, ready. What fails on the way leaves nothing behind.

use std::time::{Duration, Instant};

use app::api::EngineState;
use sandbox::Sandbox;

use super::{GRACE_SECONDS, LeaseError, Leases, Living, furnish};
use crate::store::lease::LeaseRow;

/// The engine of a new sandbox answers within this time, or is said to have failed.
const ENGINE: Duration = Duration::from_secs(60);

impl Leases {
    /// Make the sandbox of a lease that is starting; ends the lease when that fails.
    pub(super) async fn start(&self, row: LeaseRow, expires_at: i64) {
        let began = Instant::now();
        match self.make(&row, expires_at).await {
            Ok(true) => {
                let seconds = began.elapsed().as_secs_f64();
                if let Ok(mut pace) = self.inner.pace.lock() {
                    *pace = *pace * 0.8 + seconds * 0.2;
                }
                tracing::info!(lease = %row.id, seconds, "a sandbox is ready");
            }
            Ok(false) => tracing::info!(lease = %row.id, "a sandbox was not wanted any more"),
            Err(error) => {
                tracing::error!(lease = %row.id, error = &error as &dyn std::error::Error, "a sandbox could not be made");
                let sandbox = self.handles().remove(&row.id).map(|living| living.sandbox);
                let reason = "The sandbox could not be made. This is our fault; please try again.";
                if let Err(error) = self.end_without_saving(&row, sandbox, reason).await {
                    tracing::error!(lease = %row.id, %error, "a failed lease is left to the reaper");
                }
            }
        }
    }

    /// False when the lease ended meanwhile.
    async fn make(&self, row: &LeaseRow, expires_at: i64) -> Result<bool, LeaseError> {
        let sandbox = self.inner.sandboxes.create(row.id.as_str(), expires_at + GRACE_SECONDS).await?;
        if !self.inner.store.lease_has_container(&row.id, &sandbox.id().0).await? {
            sandbox.end().await?;
            return Ok(false);
        }
        self.handles().insert(row.id.clone(), Living::new(sandbox.clone(), Some(expires_at)));
        if let Some(id) = &row.exercise {
            let exercise = self.inner.content.shelf().library.exercise(id).cloned();
            let exercise = exercise.ok_or_else(|| LeaseError::NoExercise(id.clone()))?;
            let saved = self.inner.store.work(&row.learner, id).await?;
            furnish::furnish(&sandbox, &exercise, &row.canary, &row.nonce, &saved).await?;
        }
        // One terminal waits for the learner, its prompt already put out.
        sandbox.open_terminal(0, 80, 24).await?;
        if !self.inner.store.lease_is_ready(&row.id, self.now()).await? {
            self.handles().remove(&row.id);
            sandbox.end().await?;
            return Ok(false);
        }
        self.changed(&row.id);
        self.follow_engine(row, sandbox);
        Ok(true)
    }

    /// Tell when the sandbox's engine answers.
    pub(super) fn follow_engine(&self, row: &LeaseRow, sandbox: Sandbox) {
        let (leases, id) = (self.clone(), row.id.clone());
        self.inner.tasks.spawn(async move {
            let wait = sandbox.wait_for_engine(ENGINE);
            let state = tokio::select! {
                state = wait => state,
                () = leases.inner.stop.cancelled() => return,
            };
            let state = match state {
                Ok(sandbox::EngineState::Ready) => EngineState::Ready,
                Ok(sandbox::EngineState::Stopped) => EngineState::Stopped,
                Ok(sandbox::EngineState::Starting) | Err(_) => EngineState::Failed,
            };
            if let Some(living) = leases.handles().get_mut(&id) {
                living.engine = state;
            }
            leases.changed(&id);
        });
    }
}
