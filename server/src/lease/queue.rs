//! The queue: first come, first served, a few sandboxes made at a time, never more than the host holds.

use std::time::Duration;

use domain::{id::LeaseId, lease::LeaseState};

use super::Leases;

/// Says that a task of this server makes the sandbox of a lease, until it is dropped, also by a panic.
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
    /// Start queued leases as places come free, until the server stops.
    pub(super) async fn serve_queue(self) {
        loop {
            if let Err(error) = self.start_queued().await {
                tracing::error!(%error, "the queue could not be served");
            }
            tokio::select! {
                () = self.inner.wake.notified() => {}
                () = tokio::time::sleep(Duration::from_secs(2)) => {}
                () = self.inner.stop.cancelled() => return,
            }
        }
    }

    async fn start_queued(&self) -> Result<(), super::LeaseError> {
        let living = self.inner.store.living_leases().await?;
        let alive = living.iter().filter(|row| row.state != LeaseState::Queued).count();
        let free = usize::try_from(self.inner.most).unwrap_or(usize::MAX).saturating_sub(alive);
        let queued: Vec<_> = living.into_iter().filter(|row| row.state == LeaseState::Queued).collect();
        let mut begun = 0;
        for row in queued.iter().take(free) {
            let Ok(permit) = std::sync::Arc::clone(&self.inner.starting).try_acquire_owned() else { break };
            let expires_at = self.now() + i64::from(self.inner.settings.minutes) * 60;
            // Noted first: the reaper takes a lease that is starting and that nobody makes for a lost one.
            let making = Making::of(self, &row.id);
            if !self.inner.store.lease_starts(&row.id, expires_at).await? {
                continue;
            }
            begun += 1;
            self.changed(&row.id);
            let leases = self.clone();
            let row = row.clone();
            self.inner.tasks.spawn(async move {
                leases.start(row, expires_at).await;
                drop((making, permit));
                leases.inner.wake.notify_one();
            });
        }
        // The others have moved up.
        if begun > 0 {
            for row in queued.iter().skip(begun) {
                self.changed(&row.id);
            }
        }
        Ok(())
    }
}
