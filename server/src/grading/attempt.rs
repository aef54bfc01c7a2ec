//! One attempt's way from its begin to its end, in tasks of its own.
//! Invariant: an attempt that was begun ends, with a verdict or given up, whatever becomes of who asked for it, of a probe
//! or of the server.

use std::{
    sync::{Arc, PoisonError},
    time::Duration,
};

use domain::{
    id::{AttemptId, LearnerId},
    verdict::Verdict,
};
use library::Exercise;
use sandbox::Sandbox;
use tokio::{sync::watch, task::JoinError};

use super::{Event, Grading, Inner, examine::Subject};
use crate::{
    lease::LeaseError,
    store::{StoreError, attempt::Grounds, lease::LeaseRow},
};

/// Events of an attempt that has ended are kept in memory so long; after that the database has the verdict.
const KEPT: Duration = Duration::from_secs(60);
/// Pauses after each try to store that an attempt was given up.
const PAUSES: [Duration; 4] =
    [Duration::from_millis(100), Duration::from_millis(400), Duration::from_secs(1), Duration::from_secs(3)];

/// An attempt that was begun.
pub(super) struct Job {
    pub(super) id: AttemptId,
    pub(super) row: LeaseRow,
    pub(super) exercise: Arc<Exercise>,
    pub(super) sandbox: Sandbox,
    pub(super) events: watch::Sender<Vec<Event>>,
}

impl Job {
    fn tell(&self, event: Event) {
        self.events.send_modify(|events| events.push(event));
    }
}

/// That a learner has an attempt running; until it is dropped.
pub(super) struct Busy {
    inner: Arc<Inner>,
    learner: LearnerId,
}

impl Busy {
    /// `None` when there is one already.
    pub(super) fn new(inner: &Arc<Inner>, learner: &LearnerId) -> Option<Self> {
        // The set stays whole whatever its holder did.
        let mut busy = inner.busy.lock().unwrap_or_else(PoisonError::into_inner);
        busy.insert(learner.clone()).then(|| Self { inner: Arc::clone(inner), learner: learner.clone() })
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.inner.busy.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.learner);
    }
}

/// Why an attempt ended without a verdict.
#[derive(Debug, thiserror::Error)]
enum GivenUp {
    /// Its result could not be stored.
    #[error("its result could not be stored")]
    Store(#[from] StoreError),
    /// The checks took too long.
    #[error("it took too long")]
    TooLong,
    /// The lease ended, and its running attempt with it.
    #[error("its sandbox has ended")]
    SandboxEnded,
    /// Something panicked on the way.
    #[error("it broke off")]
    Broken(#[source] JoinError),
    /// The server stops.
    #[error("the server stops")]
    Stopping,
}

impl GivenUp {
    fn for_learner(&self) -> &'static str {
        match self {
            Self::Store(_) => "The result could not be stored. This is our fault; please check again.",
            Self::TooLong => "The check took too long and was given up. Please try again.",
            Self::SandboxEnded => "The sandbox ended before the result was there. Your files are kept; start it again.",
            Self::Broken(_) => "The check broke off. This is our fault; please check again.",
            Self::Stopping => "The server was restarted during the check. Please check again.",
        }
    }
}

impl Grading {
    /// Grade an attempt and see to it that it ends.
    pub(super) async fn see_through(self, job: Job, busy: Busy) {
        let (inner, job) = (&self.inner, Arc::new(job));
        // A task of its own, which may panic or be cut off.
        let mut grading = tokio::spawn(self.clone().in_turn(Arc::clone(&job)));
        let ended = tokio::select! {
            ended = &mut grading => ended.unwrap_or_else(|error| Err(GivenUp::Broken(error))),
            () = inner.stop.cancelled() => {
                grading.abort();
                // It may have come to its end in this moment.
                grading.await.unwrap_or(Err(GivenUp::Stopping))
            }
        };
        match ended {
            Ok(verdict) => {
                job.tell(Event::Verdict(verdict));
                // Nobody waits for them.
                let (leases, job) = (inner.leases.clone(), Arc::clone(&job));
                inner.tasks.spawn(async move { leases.keep_images(&job.sandbox, &job.row).await });
            }
            Err(why) => {
                match &why {
                    GivenUp::SandboxEnded | GivenUp::Stopping => {
                        tracing::info!(attempt = %job.id, %why, "an attempt was given up");
                    }
                    _ => {
                        let error = &why as &dyn std::error::Error;
                        tracing::error!(attempt = %job.id, error, "an attempt was given up");
                    }
                }
                self.abandon(&job.id).await;
                job.tell(Event::Abandoned(why.for_learner().to_owned()));
            }
        }
        drop(busy);
        tokio::select! {
            () = tokio::time::sleep(KEPT) => {}
            () = inner.stop.cancelled() => {}
        }
        self.live().remove(&job.id);
    }

    async fn in_turn(self, job: Arc<Job>) -> Result<Verdict, GivenUp> {
        let inner = &self.inner;
        // Never closed.
        let _turn = inner.at_once.acquire().await;
        // Only now: an attempt does not pay for those before it.
        let seen = tokio::time::timeout(inner.longest, self.look(&job)).await.map_err(|_| GivenUp::TooLong)?;
        let grounds = Grounds { seen: &seen.evidence, artefact: seen.artefact.as_deref(), fresh: &seen.fresh };
        if !inner.store.grade_attempt(&job.id, &seen.verdict, &grounds, inner.clock.now()).await? {
            return Err(GivenUp::SandboxEnded);
        }
        Ok(seen.verdict)
    }

    async fn look(&self, job: &Job) -> super::examine::Seen {
        if let Err(error) = self.save(job).await {
            tracing::warn!(attempt = %job.id, %error, "the work could not be saved");
        }
        let subject =
            Subject { sandbox: &job.sandbox, exercise: &job.exercise, canary: &job.row.canary, nonce: &job.row.nonce };
        self.inner.examiner.examine(&subject, &|event| job.tell(event)).await
    }

    /// Save the files, and keep them to go back to.
    async fn save(&self, job: &Job) -> Result<(), LeaseError> {
        self.inner.leases.save_work(&job.sandbox, &job.row).await?;
        Ok(self.inner.store.keep_point(&job.id, &job.row, self.inner.clock.now()).await?)
    }

    /// Store that an attempt was given up: while it counts as running, no other can be begun.
    async fn abandon(&self, id: &AttemptId) {
        for pause in PAUSES {
            match self.inner.store.abandon_attempt(id).await {
                Ok(()) => return,
                Err(error) => tracing::warn!(attempt = %id, %error, "an attempt is still counted as running"),
            }
            tokio::time::sleep(pause).await;
        }
        tracing::error!(attempt = %id, "an attempt counts as running until the next start");
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use domain::attempt::AttemptState;

    use super::*;
    use crate::grading::{
        AT_ONCE, GradingError,
        fake::{Connecting, World},
    };

    #[tokio::test]
    async fn an_attempt_of_somebody_who_hung_up_is_graded_all_the_same() {
        let world = World::new(1, Duration::from_secs(5)).await;
        {
            let mut asking = std::pin::pin!(world.grading.begin(world.row(0).await));
            assert!(futures::poll!(&mut asking).is_pending());
        }
        let attempt = world.only_attempt_of(0).await;
        assert_eq!(world.ended(0, &attempt.id).await.state, AttemptState::Graded);
    }

    #[tokio::test]
    async fn a_panic_on_the_way_ends_the_attempt() {
        let world = World::new(1, Duration::from_secs(5)).await;
        world.engine.connecting(Connecting::Panics);
        let attempt = world.grading.begin(world.row(0).await).await.unwrap();
        assert_eq!(world.last_event(&attempt.id).await, Event::Abandoned(broken()));
        assert_eq!(world.ended(0, &attempt.id).await.state, AttemptState::Abandoned);
        // The next one can be begun.
        world.engine.connecting(Connecting::Fails);
        let attempt = world.grading.begin(world.row(0).await).await.unwrap();
        assert!(matches!(world.last_event(&attempt.id).await, Event::Verdict(_)));
    }

    fn broken() -> String {
        "The check broke off. This is our fault; please check again.".to_owned()
    }

    #[tokio::test]
    async fn the_time_of_an_attempt_begins_when_it_is_its_turn() {
        let longest = Duration::from_millis(400);
        let world = World::new(AT_ONCE + 1, longest).await;
        world.engine.connecting(Connecting::Hangs);
        let began = Instant::now();
        let mut attempts = Vec::new();
        for learner in 0..=AT_ONCE {
            attempts.push(world.grading.begin(world.row(learner).await).await.unwrap().id);
        }
        for attempt in &attempts {
            assert!(matches!(world.last_event(attempt).await, Event::Abandoned(why) if why.contains("too long")));
        }
        assert!(began.elapsed() >= longest * 2, "the last one waited for its turn: {:?}", began.elapsed());
    }

    #[tokio::test]
    async fn a_learner_has_one_attempt_at_a_time() {
        let world = World::new(1, Duration::from_millis(300)).await;
        let (first, second) = (world.row(0).await, world.another_row(0).await);
        world.engine.connecting(Connecting::Hangs);
        let attempt = world.grading.begin(first).await.unwrap();
        assert!(matches!(world.grading.begin(second.clone()).await, Err(GradingError::Running)));
        world.last_event(&attempt.id).await;
        assert!(world.until(async || world.grading.begin(second.clone()).await.is_ok()).await);
    }

    #[tokio::test]
    async fn what_runs_when_the_server_stops_is_given_up() {
        let world = World::new(2, Duration::from_secs(60)).await;
        world.engine.connecting(Connecting::Hangs);
        let mut attempts = Vec::new();
        for learner in 0..2 {
            attempts.push(world.grading.begin(world.row(learner).await).await.unwrap().id);
        }
        let began = Instant::now();
        let followed: Vec<_> = attempts.iter().filter_map(|attempt| world.grading.follow(attempt)).collect();
        world.grading.stop().await;
        assert!(began.elapsed() < Duration::from_secs(5));
        for (learner, attempt) in attempts.iter().enumerate() {
            let stored = world.ended(learner, attempt).await;
            assert_eq!(stored.state, AttemptState::Abandoned);
            assert!(matches!(followed[learner].borrow().last(), Some(Event::Abandoned(_))));
            assert!(world.grading.follow(attempt).is_none(), "nothing is kept");
        }
    }
}
