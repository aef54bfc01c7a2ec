//! Bringing database and engine together: at start, and again every few seconds. Level-triggered, so that it does not
//! matter what was missed. Invariant: every labelled container belongs to one living lease or to the pool, or is removed;
//! what fails for one lease keeps no other waiting.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use domain::lease::LeaseState;
use futures::StreamExt as _;
use sandbox::Found;

use super::{LeaseError, Leases, Living, WEAKEST};
use crate::store::lease::LeaseRow;

const PAUSE: Duration = Duration::from_secs(5);
/// A warning is given so long before the end.
const WARNING_SECONDS: i64 = 300;
/// A queued lease is kept so long after its learner's last page was closed.
const WAITING_SECONDS: i64 = 120;
/// Leases that are looked after at the same time: in a class all end in the same minute.
const AT_ONCE: usize = 16;

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
    /// When leases or containers cannot be listed.
    pub(super) async fn reconcile(&self, first: bool) -> Result<(), LeaseError> {
        // The order matters: a container goes from those in the making to the pool and from there to a lease, and is
        // seen at least once on its way.
        let found = self.inner.sandboxes.list().await?;
        let in_making = self.inner.pool.names_in_making();
        let idle = self.inner.pool.reconcile(&found).await?;
        let leases = self.inner.store.living_leases().await?;
        let running: HashMap<&str, &Found> =
            found.iter().filter(|one| one.running).map(|one| (one.id.0.as_str(), one)).collect();
        let taken: HashSet<&str> = leases.iter().filter_map(|row| row.container.as_deref()).collect();
        let is_known =
            |one: &Found| taken.contains(one.id.0.as_str()) || idle.contains(&one.id) || in_making.contains(&one.name);
        let orphans: Vec<&Found> = found.iter().filter(|one| !is_known(one)).collect();
        futures::stream::iter(&leases)
            .for_each_concurrent(AT_ONCE, async |row| {
                let own = row.container.as_deref().and_then(|id| running.get(id).copied());
                if let Err(error) = self.mend(row, own, first).await {
                    tracing::error!(lease = %row.id, error = &error as &dyn std::error::Error, "a lease could not be mended");
                }
            })
            .await;
        futures::stream::iter(orphans)
            .for_each_concurrent(AT_ONCE, async |one| {
                if let Err(error) = self.remove_orphan(one, first).await {
                    tracing::error!(container = %one.id, error = &error as &dyn std::error::Error, "a container stays for now");
                }
            })
            .await;
        Ok(())
    }

    /// `running` is its sandbox, as far as that was seen.
    async fn mend(&self, row: &LeaseRow, running: Option<&Found>, first: bool) -> Result<(), LeaseError> {
        match (row.state, running) {
            (LeaseState::Queued, _) => {
                let alone = self.inner.followers.alone_for(&row.id, self.now(), row.created_at.max(self.inner.since));
                if alone > WAITING_SECONDS {
                    self.end_without_saving(row, None, "You had left before it was your turn.").await?;
                }
            }
            // Another server ended, or a task of this one failed, while it was furnished: begin again with another.
            (LeaseState::Starting, _) if first || self.is_lost(row).await? => {
                self.inner.store.requeue_lease(&row.id).await?;
                self.remove(row.container.as_deref()).await?;
                self.inner.wake.notify_one();
            }
            (LeaseState::Starting, _) => {}
            (LeaseState::Ready, Some(one)) => {
                self.adopt(row, one).await?;
                self.look_at_time(row).await?;
            }
            (LeaseState::Ready, None) => {
                // The list may be older than the container.
                let container = row.container.clone().map(sandbox::ContainerId);
                if let Some(id) = &container
                    && self.inner.sandboxes.find(id).await?.is_some_and(|found| found.running)
                {
                    return Ok(());
                }
                let late = self.now() >= row.expires_at;
                let reason = if late { "Its time was up." } else { "The sandbox ended by itself." };
                self.end_without_saving(row, None, reason).await?;
                self.remove(row.container.as_deref()).await?;
            }
            (LeaseState::Ended, _) => {}
        }
        Ok(())
    }

    /// Whether nobody furnishes the sandbox of a lease that is starting. Looked up again after the look at the tasks: a task
    /// that has just ended has left its mark in the database.
    async fn is_lost(&self, row: &LeaseRow) -> Result<bool, LeaseError> {
        let _nobody_claims = self.inner.claiming.lock().await;
        if self.making().contains(&row.id) {
            return Ok(false);
        }
        let now = self.inner.store.lease(&row.id).await?;
        Ok(now.is_some_and(|row| row.state == LeaseState::Starting))
    }

    /// Take up a sandbox of an earlier server.
    async fn adopt(&self, row: &LeaseRow, found: &Found) -> Result<(), LeaseError> {
        if self.handles().contains_key(&row.id) {
            return Ok(());
        }
        // It may have ended since it was listed.
        let now = self.inner.store.lease(&row.id).await?;
        if now.is_none_or(|row| row.state != LeaseState::Ready) {
            return Ok(());
        }
        let sandbox = self.inner.sandboxes.handle(found.id.clone());
        self.handles().insert(row.id.clone(), Living::new(sandbox.clone(), found.level.unwrap_or(WEAKEST), self.now()));
        self.follow_engine(row, sandbox);
        tracing::info!(lease = %row.id, "a sandbox was found again");
        Ok(())
    }

    async fn look_at_time(&self, row: &LeaseRow) -> Result<(), LeaseError> {
        let living = self.handles().get(&row.id).map(|living| (living.sandbox.clone(), living.told));
        if let Some((sandbox, told)) = living
            && told != Some(row.expires_at)
            && let Err(error) = self.tell_end(&row.id, &sandbox, row.expires_at).await
        {
            tracing::warn!(lease = %row.id, %error, "a sandbox does not know when it ends");
        }
        let left = row.expires_at - self.now();
        if left <= 0 {
            // It may have been extended since it was listed.
            return match self.inner.store.lease(&row.id).await? {
                Some(now) if now.state == LeaseState::Ready && now.expires_at <= self.now() => {
                    self.end(&now, "Its time was up.").await
                }
                _ => Ok(()),
            };
        }
        self.look_at_activity(row).await?;
        if left <= WARNING_SECONDS {
            let text = |minutes, kept| format!("This sandbox ends in {minutes} min. {kept}; extend it to go on.");
            self.warn_once(row, left, |living| &mut living.warned, text);
        }
        Ok(())
    }

    /// End a sandbox in which nothing has happened for long, some minutes after saying so.
    async fn look_at_activity(&self, row: &LeaseRow) -> Result<(), LeaseError> {
        let patience = i64::from(self.inner.settings.idle_minutes) * 60;
        let now = self.now();
        let quiet = self.handles().get(&row.id).map(|living| now - living.active_at);
        let Some(quiet) = quiet.filter(|_| patience > 0) else { return Ok(()) };
        if quiet >= patience {
            let minutes = self.inner.settings.idle_minutes;
            return self.end(row, &format!("Nothing had happened in it for {minutes} minutes.")).await;
        }
        if patience - quiet <= WARNING_SECONDS.min(patience / 2) {
            let text = |minutes, kept| {
                format!(
                    "Nothing has happened here for a while: this sandbox ends in {minutes} min unless you go on. {kept}."
                )
            };
            self.warn_once(row, patience - quiet, |living| &mut living.asked, text);
        }
        Ok(())
    }

    /// Warn of the end of a sandbox in so many seconds, unless `told` says that this was done. The text is made of the
    /// minutes left and of what becomes of the files.
    fn warn_once(
        &self,
        row: &LeaseRow,
        left: i64,
        told: impl FnOnce(&mut Living) -> &mut bool,
        text: impl FnOnce(i64, &'static str) -> String,
    ) {
        let was_told = self.handles().get_mut(&row.id).map(|living| std::mem::replace(told(living), true));
        if was_told == Some(false) {
            let kept = if row.exercise.is_some() { "Your files are kept" } else { "Its files go with it" };
            self.warn(&row.id, text((left + 59) / 60, kept));
        }
    }

    async fn remove(&self, container: Option<&str>) -> Result<(), LeaseError> {
        if let Some(id) = container {
            self.inner.sandboxes.remove(&sandbox::ContainerId(id.to_owned())).await?;
        }
        Ok(())
    }

    /// Remove a container that is neither a living lease's nor the pool's, unless a check is using it.
    async fn remove_orphan(&self, one: &Found, first: bool) -> Result<(), LeaseError> {
        let reruns = one.name.starts_with(crate::grading::SCENARIO_PREFIX);
        if reruns && !first && one.expires > self.now() {
            return Ok(());
        }
        tracing::info!(container = %one.id, "removing a sandbox without a lease");
        self.inner.sandboxes.remove(&one.id).await?;
        Ok(())
    }
}
