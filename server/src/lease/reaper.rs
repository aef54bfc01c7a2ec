//! Bringing database and engine together: at start, and again every few seconds. Level-triggered, so that it does not
//! matter what was missed. Invariant: every labelled container belongs to one living lease, or is removed.

use std::{collections::HashMap, time::Duration};

use app::api::EngineState;
use domain::{id::LeaseId, lease::LeaseState};
use sandbox::Found;

use super::{Event, LeaseError, Leases, Living};
use crate::store::lease::LeaseRow;

const PAUSE: Duration = Duration::from_secs(5);
/// A warning is given so long before the end.
const WARNING_SECONDS: i64 = 300;
/// Work is saved so long before the supervisor's own deadline.
const MARGIN_SECONDS: i64 = 5;

impl Leases {
    /// Reconcile every few seconds until the server stops.
    pub(super) async fn reap(self) {
        loop {
            tokio::select! {
                () = tokio::time::sleep(PAUSE) => {}
                () = self.inner.stop.cancelled() => return,
            }
            if let Err(error) = self.reconcile(false).await {
                tracing::error!(error = &error as &dyn std::error::Error, "leases and sandboxes could not be compared");
            }
        }
    }

    /// Compare leases with containers and mend. `first` says that no task of this server is starting sandboxes yet.
    ///
    /// # Errors
    /// When database or engine fail.
    pub(super) async fn reconcile(&self, first: bool) -> Result<(), LeaseError> {
        // Containers before leases: a lease made in between has no container here, one that ended has none there.
        let found = self.inner.sandboxes.list().await?;
        let leases = self.inner.store.living_leases().await?;
        let mut containers: HashMap<&str, Vec<&Found>> = HashMap::new();
        for one in &found {
            containers.entry(one.lease.as_str()).or_default().push(one);
        }
        for row in &leases {
            let own = containers.remove(row.id.as_str()).unwrap_or_default();
            self.mend(row, &own, first).await?;
        }
        for one in containers.into_values().flatten() {
            self.remove_orphan(one, first).await?;
        }
        Ok(())
    }

    async fn mend(&self, row: &LeaseRow, own: &[&Found], first: bool) -> Result<(), LeaseError> {
        let running = own.iter().find(|one| one.running && Some(&one.id.0) == row.container.as_ref());
        match (row.state, running) {
            // The server ended while it made this one: begin again.
            (LeaseState::Starting, _) if first => {
                for one in own {
                    self.inner.sandboxes.remove(&one.id).await?;
                }
                self.inner.store.requeue_lease(&row.id).await?;
            }
            (LeaseState::Ready, Some(one)) => {
                self.adopt(row, one);
                self.look_at_time(row).await?;
            }
            (LeaseState::Ready, None) => {
                let late = self.now() + MARGIN_SECONDS >= row.expires_at;
                let reason = if late { "Its time was up." } else { "The sandbox ended by itself." };
                self.handles().remove(&row.id);
                self.end_without_saving(row, None, reason).await?;
                for one in own {
                    self.inner.sandboxes.remove(&one.id).await?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Take up a sandbox of an earlier server.
    fn adopt(&self, row: &LeaseRow, found: &Found) {
        if self.handles().contains_key(&row.id) {
            return;
        }
        let sandbox = self.inner.sandboxes.handle(found);
        let living = Living { sandbox: sandbox.clone(), engine: EngineState::Starting, warned: false };
        self.handles().insert(row.id.clone(), living);
        self.follow_engine(row, sandbox);
        tracing::info!(lease = %row.id, "a sandbox was found again");
    }

    async fn look_at_time(&self, row: &LeaseRow) -> Result<(), LeaseError> {
        let left = row.expires_at - self.now();
        if left <= MARGIN_SECONDS {
            return self.end(row, "Its time was up.").await;
        }
        if left <= WARNING_SECONDS {
            let first =
                self.handles().get_mut(&row.id).is_some_and(|living| !std::mem::replace(&mut living.warned, true));
            if first {
                let minutes = (left + 59) / 60;
                let kept = if row.exercise.is_some() { "Your files are kept" } else { "Its files go with it" };
                let text = format!("This sandbox ends in {minutes} min. {kept}; extend it to go on.");
                let _followers = self.inner.events.send(Event::Warning(row.id.clone(), text));
            }
        }
        Ok(())
    }

    /// Remove a container without a living lease, unless a task is just making it.
    async fn remove_orphan(&self, one: &Found, first: bool) -> Result<(), LeaseError> {
        let row = self.inner.store.lease(&LeaseId(one.lease.clone())).await?;
        let being_made = !first && row.is_some_and(|row| row.state != LeaseState::Ended);
        let reruns = one.lease.starts_with(crate::grading::SCENARIO_PREFIX);
        if being_made || (reruns && !first && one.expires > self.now()) {
            return Ok(());
        }
        tracing::info!(container = %one.id, "removing a sandbox without a lease");
        self.inner.sandboxes.remove(&one.id).await?;
        Ok(())
    }
}
