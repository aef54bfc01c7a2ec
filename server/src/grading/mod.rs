//! Grading: look, judge, store. An attempt runs in tasks of its own; whoever follows it gets every event, also late.
//! Invariant: a verdict is stored once, and a fault of ours is never stored as a wrong answer.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use app::api::Looking;
use domain::{
    attempt::Attempt,
    id::{AttemptId, LearnerId},
    lease::LeaseState,
    verdict::{CheckResult, Verdict},
};
use library::Exercise;
use sandbox::{Sandbox, Sandboxes};
use tokio::sync::{Semaphore, watch};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    clock::Clock,
    content::Content,
    lease::{LeaseError, Leases},
    random,
    store::{Store, StoreError, lease::LeaseRow},
};

mod archive;
mod attempt;
pub mod examine;
#[cfg(test)]
mod fake;
mod fresh;
mod known;
mod probes;
mod scenario;

use attempt::{Busy, Job};

/// Leases of fresh sandboxes for rerun checks begin with this.
pub const SCENARIO_PREFIX: &str = "rerun-";

/// Attempts graded at the same time; each may stream gigabytes.
const AT_ONCE: usize = 4;
/// The longest that one attempt may take once it is its turn.
const LONGEST: Duration = Duration::from_secs(300);
/// To give running attempts up when the server stops.
const STOPPING: Duration = Duration::from_secs(10);

/// Why an attempt cannot begin.
#[derive(Debug, thiserror::Error)]
pub enum GradingError {
    /// One of this learner's is running.
    #[error("an attempt is running")]
    Running,
    /// A free sandbox has no checks.
    #[error("a free sandbox has no checks")]
    NoExercise,
    /// The lease cannot be used.
    #[error(transparent)]
    Lease(#[from] LeaseError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Something that happened in an attempt.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A check is looked at.
    Looking(Looking),
    /// A check is judged.
    Check(Box<CheckResult>),
    /// All are.
    Verdict(Verdict),
    /// It ended without a verdict.
    Abandoned(String),
}

impl Event {
    /// Nothing follows.
    #[must_use]
    pub fn is_last(&self) -> bool {
        matches!(self, Self::Verdict(_) | Self::Abandoned(_))
    }
}

/// All attempts of this server.
#[derive(Clone)]
pub struct Grading {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    content: Arc<Content>,
    leases: Leases,
    clock: Arc<dyn Clock>,
    examiner: examine::Examiner,
    live: Mutex<HashMap<AttemptId, watch::Receiver<Vec<Event>>>>,
    /// Learners with a running attempt.
    busy: Mutex<HashSet<LearnerId>>,
    at_once: Semaphore,
    longest: Duration,
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl Grading {
    /// Grading over these parts.
    #[must_use]
    pub fn new(
        store: Store,
        content: Arc<Content>,
        leases: Leases,
        sandboxes: Sandboxes,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self::with_limit(store, content, leases, sandboxes, clock, LONGEST)
    }

    fn with_limit(
        store: Store,
        content: Arc<Content>,
        leases: Leases,
        sandboxes: Sandboxes,
        clock: Arc<dyn Clock>,
        longest: Duration,
    ) -> Self {
        let tasks = TaskTracker::new();
        let examiner = examine::Examiner::new(sandboxes, Arc::clone(&clock)).with_tasks(tasks.clone());
        Self {
            inner: Arc::new(Inner {
                store,
                content,
                leases,
                clock,
                examiner,
                live: Mutex::default(),
                busy: Mutex::default(),
                at_once: Semaphore::new(AT_ONCE),
                longest,
                tasks,
                stop: CancellationToken::new(),
            }),
        }
    }

    /// Begin an attempt at a ready lease's exercise.
    ///
    /// # Errors
    /// [`GradingError`].
    pub async fn begin(&self, row: LeaseRow) -> Result<Attempt, GradingError> {
        let inner = &self.inner;
        let id = row.exercise.clone().ok_or(GradingError::NoExercise)?;
        if row.state != LeaseState::Ready {
            return Err(LeaseError::NotReady(row.state).into());
        }
        let exercise = inner.content.shelf().library.exercise(&id).cloned();
        let exercise = exercise.ok_or_else(|| LeaseError::NoExercise(id.clone()))?;
        let sandbox = inner.leases.sandbox(&row)?;
        let busy = Busy::new(inner, &row.learner).ok_or(GradingError::Running)?;
        // In a task of its own: who asked may hang up, and what is stored as running has to be graded.
        match inner.tasks.spawn(self.clone().open(row, exercise, sandbox, busy)).await {
            Ok(begun) => begun,
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            // The runtime ends, and with it who asked.
            Err(_) => std::future::pending().await,
        }
    }

    /// Store an attempt and leave it to a task.
    async fn open(
        self,
        row: LeaseRow,
        exercise: Arc<Exercise>,
        sandbox: Sandbox,
        busy: Busy,
    ) -> Result<Attempt, GradingError> {
        let inner = &self.inner;
        let (id, revision, now) = (AttemptId(random::id()), exercise.file.revision, inner.clock.now());
        let begun = inner.store.begin_attempt(&id, &row.learner, &row.id, &exercise.id, revision, now).await?;
        let attempt = begun.ok_or(GradingError::Running)?;
        let (events, follow) = watch::channel(Vec::new());
        self.live().insert(id.clone(), follow);
        inner.tasks.spawn(self.clone().see_through(Job { id, row, exercise, sandbox, events }, busy));
        Ok(attempt)
    }

    /// Give running attempts up and wait for their ends.
    pub async fn stop(&self) {
        self.inner.stop.cancel();
        self.inner.tasks.close();
        if tokio::time::timeout(STOPPING, self.inner.tasks.wait()).await.is_err() {
            tracing::warn!("some attempts were cut off");
        }
    }

    /// An attempt of that learner.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn attempt(&self, learner: &LearnerId, id: &AttemptId) -> Result<Option<Attempt>, StoreError> {
        self.inner.store.attempt(learner, id).await
    }

    /// All events of an attempt so far and to come; `None` when it finished a while ago.
    #[must_use]
    pub fn follow(&self, id: &AttemptId) -> Option<watch::Receiver<Vec<Event>>> {
        self.live().get(id).cloned()
    }

    fn live(&self) -> std::sync::MutexGuard<'_, HashMap<AttemptId, watch::Receiver<Vec<Event>>>> {
        // The map stays whole whatever its holder did.
        self.inner.live.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
