//! Grading: look, judge, store. An attempt runs in a task of its own; whoever follows it gets every event, also late.
//! Invariant: a verdict is stored once, and a fault of ours is never stored as a wrong answer.

use std::{
    collections::HashMap,
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
use sandbox::Sandboxes;
use tokio::sync::{Semaphore, watch};
use tokio_util::task::TaskTracker;

use crate::{
    clock::Clock,
    content::Content,
    lease::{LeaseError, Leases},
    random,
    store::{Store, StoreError, attempt::Grounds, lease::LeaseRow},
};

mod archive;
pub mod examine;
mod probes;
mod scenario;

/// Leases of fresh sandboxes for rerun checks begin with this.
pub const SCENARIO_PREFIX: &str = "rerun-";

/// Attempts graded at the same time; each may stream gigabytes.
const AT_ONCE: usize = 4;
/// The longest that one attempt may take.
const LONGEST: Duration = Duration::from_secs(300);
/// Events of a finished attempt are kept in memory so long; after that the database has the verdict.
const KEPT: Duration = Duration::from_secs(60);

/// Why an attempt cannot begin.
#[derive(Debug, thiserror::Error)]
pub enum GradingError {
    /// One is running for this sandbox.
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
    at_once: Semaphore,
    tasks: TaskTracker,
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
        let examiner = examine::Examiner::new(sandboxes, Arc::clone(&clock));
        Self {
            inner: Arc::new(Inner {
                store,
                content,
                leases,
                clock,
                examiner,
                live: Mutex::default(),
                at_once: Semaphore::new(AT_ONCE),
                tasks: TaskTracker::new(),
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
        let (attempt_id, revision) = (AttemptId(random::id()), exercise.file.revision);
        let begun =
            inner.store.begin_attempt(&attempt_id, &row.learner, &row.id, &id, revision, inner.clock.now()).await?;
        let attempt = begun.ok_or(GradingError::Running)?;
        let (events, follow) = watch::channel(Vec::new());
        self.live().insert(attempt_id.clone(), follow);
        let this = self.clone();
        inner.tasks.spawn(async move {
            let job = Job { id: attempt_id.clone(), row, exercise, sandbox };
            let graded = tokio::time::timeout(LONGEST, this.grade(&job, &events)).await;
            let reason = match graded {
                Ok(Ok(())) => None,
                Ok(Err(error)) => {
                    tracing::error!(attempt = %job.id, error = &error as &dyn std::error::Error, "an attempt was abandoned");
                    Some("The result could not be stored. This is our fault; please check again.")
                }
                Err(_) => {
                    tracing::error!(attempt = %job.id, "an attempt took too long");
                    Some("The check took too long and was given up. Please try again.")
                }
            };
            if let Some(reason) = reason {
                if let Err(error) = this.inner.store.abandon_attempt(&job.id).await {
                    tracing::error!(attempt = %job.id, %error, "an attempt is left running until the next start");
                }
                events.send_modify(|events| events.push(Event::Abandoned(reason.to_owned())));
            }
            tokio::time::sleep(KEPT).await;
            this.live().remove(&job.id);
        });
        Ok(attempt)
    }

    async fn grade(&self, job: &Job, events: &watch::Sender<Vec<Event>>) -> Result<(), StoreError> {
        let inner = &self.inner;
        // Never closed.
        let _turn = inner.at_once.acquire().await;
        if let Err(error) = inner.leases.save_work(&job.sandbox, &job.row).await {
            tracing::warn!(attempt = %job.id, %error, "the work could not be saved");
        }
        let subject = examine::Subject {
            sandbox: &job.sandbox,
            exercise: &job.exercise,
            canary: &job.row.canary,
            nonce: &job.row.nonce,
        };
        let seen = inner.examiner.examine(&subject, &|event| events.send_modify(|events| events.push(event))).await;
        let grounds = Grounds { seen: &seen.evidence, artefact: seen.artefact.as_deref(), fresh: &seen.fresh };
        let now = inner.clock.now();
        if inner.store.grade_attempt(&job.id, &seen.verdict, &grounds, now).await? {
            events.send_modify(|events| events.push(Event::Verdict(seen.verdict)));
        } else {
            let reason = "The sandbox ended before the result was there. Your files are kept; start it again.";
            events.send_modify(|events| events.push(Event::Abandoned(reason.to_owned())));
        }
        Ok(())
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

struct Job {
    id: AttemptId,
    row: LeaseRow,
    exercise: Arc<library::Exercise>,
    sandbox: sandbox::Sandbox,
}
