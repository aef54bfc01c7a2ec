//! Leases: from the press of Start to the end of the sandbox.
//! Invariant: the database says what is; handles and states in memory can be made anew from it and the engine's labels.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
    time::{Duration, Instant},
};

use app::api::EngineState;
use domain::{
    attempt::Attempt,
    exercise::Need,
    id::{ExerciseId, LearnerId, LeaseId},
    lease::{IsolationLevel, LeaseState},
};
use sandbox::{EngineError, Offer, Sandbox, SandboxError, Sandboxes};
use tokio::sync::{Notify, Semaphore, broadcast};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    clock::Clock,
    config,
    content::Content,
    pool::{self, Pool},
    random,
    store::{Store, StoreError, lease::LeaseRow},
};

mod events;
pub mod fixture;
mod followers;
pub mod furnish;
mod images;
mod queue;
mod reaper;
mod start;
mod view;
pub mod work;

pub use events::Event;
pub use followers::Follower;

/// The supervisor ends a sandbox so long after its lease: time to save the work of a whole room.
const GRACE_SECONDS: i64 = 60;

/// What is told of a sandbox when nothing is known of its level: never more than there is.
const WEAKEST: IsolationLevel = IsolationLevel::Userns;

/// The start of a server waits so long until it is known what sandboxes can do here. Without that it serves its pages, and
/// who wants a sandbox waits.
const BEGINNING: Duration = Duration::from_secs(5);
/// What those who wait are told as long as it takes.
const FINDING_OUT: &str = "The server is finding out what sandboxes can do on its host. You keep your place.";
/// When no isolation level can be had, it is looked at again after this time.
const SECOND_LOOK: Duration = Duration::from_secs(30);

/// The end of a lease waits so long for its sandbox to be removed.
const REMOVAL: Duration = Duration::from_secs(15);

/// Why a lease cannot be had or used.
#[derive(Debug, thiserror::Error)]
pub enum LeaseError {
    /// The learner has as many as one may have.
    #[error("you have {0} sandboxes already")]
    TooMany(u32),
    /// There is no such exercise.
    #[error("there is no exercise {0}")]
    NoExercise(ExerciseId),
    /// Sandboxes of this server do not offer what it needs, or there are none: why, in whole sentences.
    #[error("{0}")]
    NotOffered(String),
    /// There is no such lease, or it is somebody else's.
    #[error("there is no such sandbox")]
    NotFound,
    /// It has no sandbox at the moment.
    #[error("the sandbox is {}", .0.as_str())]
    NotReady(LeaseState),
    /// The files of that attempt are not kept.
    #[error("the files of that attempt are not kept any more")]
    NoPoint,
    /// It cannot be extended any more.
    #[error("this sandbox cannot be extended again")]
    NoExtension,
    /// What was made in the sandbox could not be saved: why, a part of a sentence.
    #[error("the images could not be saved: {0}")]
    Images(String),
    /// The sandbox failed.
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
    /// The outer engine failed.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl LeaseError {
    /// The engine could not be reached, or did not answer in time.
    fn is_outage(&self) -> bool {
        match self {
            Self::Engine(error) | Self::Sandbox(SandboxError::Engine(error)) => error.is_outage(),
            _ => false,
        }
    }
}

/// A beginning that is under way.
type Beginning = futures::future::BoxFuture<'static, Result<(), LeaseError>>;

/// All leases of this server.
#[derive(Clone)]
pub struct Leases {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    sandboxes: Sandboxes,
    content: Arc<Content>,
    clock: Arc<dyn Clock>,
    settings: config::Leases,
    pool: Pool,
    /// Scheme and `host:port` of previews.
    preview: (String, String),
    handles: Mutex<HashMap<LeaseId, Living>>,
    /// Leases whose sandboxes are being furnished by a task of this server.
    making: Mutex<HashSet<LeaseId>>,
    /// Held while a lease is given a sandbox and noted as being furnished.
    claiming: tokio::sync::Mutex<()>,
    /// How often the sandbox of a lease failed on the way.
    failures: Mutex<HashMap<LeaseId, u32>>,
    queue: RwLock<queue::Queue>,
    settling: Semaphore,
    followers: followers::Followers,
    /// When this server began, Unix seconds.
    since: i64,
    /// When the engine was asked last whether it answers, and whether it did.
    answered: tokio::sync::Mutex<Option<(Instant, bool)>>,
    events: events::Events,
    wake: Arc<Notify>,
    tasks: TaskTracker,
    stop: CancellationToken,
}

#[derive(Clone)]
struct Living {
    sandbox: Sandbox,
    level: IsolationLevel,
    engine: EngineState,
    warned: bool,
    /// The end that its supervisor was told last; `None` when that is not known any more.
    told: Option<i64>,
    /// What the working folder looked like when it was saved last.
    saved: Option<u64>,
    /// What its images were when they were saved last.
    images: Option<u64>,
    /// Held while they are saved: a check and the end of a sandbox may come together, and there is one file to pack them in.
    packing: Arc<tokio::sync::Mutex<()>>,
    /// When the learner last did something in it, Unix seconds.
    active_at: i64,
    /// The learner was told that it ends for want of activity.
    asked: bool,
}

impl Living {
    fn new(sandbox: Sandbox, level: IsolationLevel, now: i64) -> Self {
        Self {
            sandbox,
            level,
            engine: EngineState::Asleep,
            warned: false,
            told: None,
            saved: None,
            images: None,
            packing: Arc::default(),
            active_at: now,
            asked: false,
        }
    }
}

/// What [`Leases::new`] is made from.
pub struct Parts {
    /// The database.
    pub store: Store,
    /// The sandboxes of this deployment.
    pub sandboxes: Sandboxes,
    /// The content.
    pub content: Arc<Content>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Settings.
    pub settings: config::Leases,
    /// Settings of the pool.
    pub pool: config::Pool,
    /// Living sandboxes on this host.
    pub most: u32,
    /// Scheme and `host:port` of previews.
    pub preview: (String, String),
}

impl Leases {
    /// Leases over these parts. Nothing runs until [`Leases::begin`].
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        let since = parts.clock.now();
        let (wake, tasks, stop) = (Arc::new(Notify::new()), TaskTracker::new(), CancellationToken::new());
        let pool = Pool::new(pool::Parts {
            store: parts.store.clone(),
            sandboxes: parts.sandboxes.clone(),
            clock: Arc::clone(&parts.clock),
            settings: parts.pool,
            most: parts.most,
            starting: parts.settings.starting,
            wake: Arc::clone(&wake),
            tasks: tasks.clone(),
        });
        Self {
            inner: Arc::new(Inner {
                store: parts.store,
                sandboxes: parts.sandboxes,
                content: parts.content,
                settings: parts.settings,
                pool,
                preview: parts.preview,
                clock: parts.clock,
                handles: Mutex::default(),
                making: Mutex::default(),
                claiming: tokio::sync::Mutex::default(),
                failures: Mutex::default(),
                queue: RwLock::default(),
                settling: Semaphore::new(queue::SETTLING),
                followers: followers::Followers::default(),
                since,
                answered: tokio::sync::Mutex::default(),
                events: events::Events::default(),
                wake,
                tasks,
                stop,
            }),
        }
    }

    /// Decide on the level of sandboxes and bring database and engine together once, then serve the queue and the reaper
    /// until [`Leases::stop`]. While the engine does not answer, or it takes long, all wait for it.
    ///
    /// # Errors
    /// When database or engine fail.
    pub async fn begin(&self) -> Result<(), LeaseError> {
        self.inner.store.abandon_running_attempts().await?;
        let mut beginning: Beginning = Box::pin(self.clone().try_begin());
        match tokio::time::timeout(BEGINNING, &mut beginning).await {
            Ok(Ok(())) => self.serve(),
            // All else that this server does goes on without an engine.
            Ok(Err(error)) if error.is_outage() => {
                tracing::error!(error = &error as &dyn std::error::Error, "sandboxes have to wait for the engine");
                self.queue_mut().why_not = Some(pool::ENGINE_AWAY.into());
                self.spawn(|leases| leases.begin_later(None));
            }
            Ok(Err(other)) => return Err(other),
            Err(_) => {
                self.queue_mut().why_not = Some(FINDING_OUT.into());
                self.spawn(|leases| leases.begin_later(Some(beginning)));
            }
        }
        Ok(())
    }

    /// Begin as soon as the engine answers. Nothing is given out before leases and containers were compared.
    async fn begin_later(self, mut under_way: Option<Beginning>) {
        loop {
            let next = async {
                match under_way.take() {
                    Some(beginning) => beginning.await,
                    None => {
                        tokio::time::sleep(Duration::from_secs(2)).await;
                        self.clone().try_begin().await
                    }
                }
            };
            let begun = tokio::select! {
                begun = next => begun,
                () = self.inner.stop.cancelled() => return,
            };
            match begun {
                Ok(()) => return self.serve(),
                Err(error) => self.wait_because_of(&error),
            }
        }
    }

    fn wait_because_of(&self, error: &LeaseError) {
        tracing::warn!(%error, "sandboxes still have to wait");
        let why = match error {
            LeaseError::Sandbox(error) => pool::sentence(error),
            _ => pool::ENGINE_AWAY.into(),
        };
        self.queue_mut().why_not = Some(why);
    }

    /// That no level can be had is no failure of the server: it says so to whoever wants a sandbox.
    async fn try_begin(self) -> Result<(), LeaseError> {
        match self.inner.sandboxes.decide().await {
            Ok(offer) => tracing::info!(level = offer.level.as_str(), "sandboxes are made at this isolation level"),
            Err(error @ SandboxError::NoLevel(_)) => {
                tracing::error!("{error}");
                self.queue_mut().why_not = Some(pool::sentence(&error));
                self.spawn(Self::decide_later);
            }
            Err(other) => return Err(other.into()),
        }
        self.reconcile(true).await
    }

    /// The operator may mend what keeps sandboxes from being made.
    async fn decide_later(self) {
        loop {
            tokio::select! {
                () = tokio::time::sleep(SECOND_LOOK) => {}
                () = self.inner.stop.cancelled() => return,
            }
            let decided = tokio::select! {
                decided = self.inner.sandboxes.decide() => decided,
                () = self.inner.stop.cancelled() => return,
            };
            if let Ok(offer) = decided {
                tracing::info!(level = offer.level.as_str(), "sandboxes can be made now");
                return self.inner.wake.notify_one();
            }
        }
    }

    /// What sandboxes offer, as far as that is known.
    #[must_use]
    pub fn offer(&self) -> Option<&Offer> {
        self.inner.sandboxes.offer()
    }

    /// Why there are no sandboxes here, whole sentences, when that is known.
    #[must_use]
    pub fn refusal(&self) -> Option<String> {
        self.inner.sandboxes.refusal()
    }

    /// The level at which sandboxes are made.
    #[must_use]
    pub fn level(&self) -> IsolationLevel {
        self.offer().map_or(WEAKEST, |offer| offer.level)
    }

    /// Why an exercise with these needs cannot be done here, whole sentences; `None` when it can, or that is not known yet.
    #[must_use]
    pub fn why_not(&self, needs: &[Need]) -> Option<String> {
        match self.offer() {
            Some(offer) => offer.why_not(needs),
            None => self.refusal(),
        }
    }

    fn serve(&self) {
        self.spawn(Self::serve_queue);
        self.spawn(Self::reap);
        self.spawn(Self::keep_work);
    }

    fn spawn<F: Future<Output = ()> + Send + 'static>(&self, task: impl FnOnce(Self) -> F) {
        self.inner.tasks.spawn(task(self.clone()));
    }

    /// End the tasks and wait for them. Sandboxes go on; the next server finds them again.
    pub async fn stop(&self) {
        self.inner.stop.cancel();
        self.inner.tasks.close();
        if tokio::time::timeout(Duration::from_secs(10), self.inner.tasks.wait()).await.is_err() {
            tracing::warn!("some work on sandboxes was cut off");
        }
        match tokio::time::timeout(Duration::from_secs(10), self.inner.pool.close()).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "idle sandboxes go on until their time is up"),
            Err(_) => tracing::warn!("some idle sandboxes go on until their time is up"),
        }
    }

    fn queue_mut(&self) -> RwLockWriteGuard<'_, queue::Queue> {
        // As below.
        self.inner.queue.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn queue(&self) -> RwLockReadGuard<'_, queue::Queue> {
        // It is replaced as a whole.
        self.inner.queue.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The learner has done something in the sandbox.
    pub fn touch(&self, id: &LeaseId) {
        let now = self.now();
        if let Some(living) = self.handles().get_mut(id) {
            (living.active_at, living.asked) = (now, false);
        }
    }

    /// Follow what happens to a lease.
    #[must_use]
    pub fn events(&self, id: &LeaseId) -> broadcast::Receiver<Event> {
        self.inner.events.follow(id)
    }

    fn changed(&self, id: &LeaseId) {
        self.inner.events.tell(id, Event::Changed);
    }

    fn warn(&self, id: &LeaseId, text: String) {
        self.inner.events.tell(id, Event::Warning(text));
    }

    fn now(&self) -> i64 {
        self.inner.clock.now()
    }

    fn handles(&self) -> MutexGuard<'_, HashMap<LeaseId, Living>> {
        // The map stays whole whatever its holder did.
        self.inner.handles.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the host's engine answers; asked at most once a second, and not waited for long.
    pub async fn engine_answers(&self) -> bool {
        let mut last = self.inner.answered.lock().await;
        if let Some((at, answered)) = *last
            && at.elapsed() < Duration::from_secs(1)
        {
            return answered;
        }
        let answered = self.inner.sandboxes.engine_answers().await.is_ok();
        *last = Some((Instant::now(), answered));
        answered
    }

    fn failures(&self) -> MutexGuard<'_, HashMap<LeaseId, u32>> {
        // The map stays whole whatever its holder did.
        self.inner.failures.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn making(&self) -> MutexGuard<'_, HashSet<LeaseId>> {
        // The set stays whole whatever its holder did.
        self.inner.making.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Somebody waits for this lease, as long as what is returned is held: a queued lease for which nobody waits ends.
    #[must_use]
    pub fn follower(&self, id: &LeaseId) -> Follower {
        self.inner.followers.join(id, Arc::clone(&self.inner.clock))
    }

    /// Why an exercise, or a free sandbox, cannot be had here.
    fn why_not_exercise(&self, exercise: Option<&ExerciseId>) -> Result<Option<String>, LeaseError> {
        let Some(id) = exercise else { return Ok(self.why_not(&[])) };
        let shelf = self.inner.content.shelf();
        let found = shelf.library.exercise(id).ok_or_else(|| LeaseError::NoExercise(id.clone()))?;
        Ok(self.why_not(&found.file.needs))
    }

    /// A lease for an exercise, or a free sandbox: the living one, or a new one at the end of the queue.
    ///
    /// # Errors
    /// [`LeaseError::TooMany`], [`LeaseError::NoExercise`], [`LeaseError::NotOffered`], or the database's.
    pub async fn open(&self, learner: &LearnerId, exercise: Option<&ExerciseId>) -> Result<LeaseRow, LeaseError> {
        let why_not = self.why_not_exercise(exercise)?;
        if let Some(living) = self.inner.store.living_lease(learner, exercise).await? {
            return Ok(living);
        }
        if let Some(why) = why_not {
            return Err(LeaseError::NotOffered(why));
        }
        if self.inner.store.count_living(learner).await? >= self.inner.settings.per_learner {
            return Err(LeaseError::TooMany(self.inner.settings.per_learner));
        }
        let now = self.now();
        // Saved files hold the words of the lease that they were made under; the checks must look for the same.
        let (canary, nonce) = match exercise {
            Some(exercise) => self.inner.store.words_of_work(learner, exercise).await?,
            None => None,
        }
        .unwrap_or_else(|| (random::canary(), random::nonce()));
        let new = LeaseRow {
            id: LeaseId(random::id()),
            learner: learner.clone(),
            exercise: exercise.cloned(),
            state: LeaseState::Queued,
            container: None,
            canary,
            nonce,
            preview_label: random::label(),
            created_at: now,
            expires_at: now + i64::from(self.inner.settings.minutes) * 60,
            extensions: 0,
            end_reason: None,
        };
        let row = self.inner.store.open_lease(&new).await?;
        self.inner.wake.notify_one();
        Ok(row)
    }

    /// A learner's lease.
    ///
    /// # Errors
    /// [`LeaseError::NotFound`], also when it is somebody else's.
    pub async fn of(&self, learner: &LearnerId, id: &LeaseId) -> Result<LeaseRow, LeaseError> {
        let row = self.inner.store.lease(id).await?.filter(|row| &row.learner == learner);
        row.ok_or(LeaseError::NotFound)
    }

    /// The sandbox of a ready lease.
    ///
    /// # Errors
    /// [`LeaseError::NotReady`].
    pub fn sandbox(&self, row: &LeaseRow) -> Result<Sandbox, LeaseError> {
        if row.state != LeaseState::Ready {
            return Err(LeaseError::NotReady(row.state));
        }
        self.touch(&row.id);
        let handle = self.handles().get(&row.id).map(|living| living.sandbox.clone());
        handle.ok_or(LeaseError::NotReady(LeaseState::Starting))
    }

    /// Extend a ready lease.
    ///
    /// # Errors
    /// [`LeaseError::NoExtension`] when it has been extended as often as it may be.
    pub async fn extend(&self, row: &LeaseRow) -> Result<LeaseRow, LeaseError> {
        let sandbox = self.sandbox(row)?;
        let seconds = i64::from(self.inner.settings.extend_minutes) * 60;
        let extended = self.inner.store.extend_lease(&row.id, self.now(), seconds, self.inner.settings.extensions);
        let until = extended.await?.ok_or(LeaseError::NoExtension)?;
        // The database first: a sandbox that could not be told is told again by the reaper.
        if let Err(error) = self.tell_end(&row.id, &sandbox, until).await {
            tracing::warn!(lease = %row.id, %error, "a sandbox does not know yet that it was extended");
        }
        if let Some(living) = self.handles().get_mut(&row.id) {
            living.warned = false;
        }
        self.changed(&row.id);
        self.inner.store.lease(&row.id).await?.ok_or(LeaseError::NotFound)
    }

    /// Tell a sandbox when its lease ends.
    async fn tell_end(&self, id: &LeaseId, sandbox: &Sandbox, expires_at: i64) -> Result<(), SandboxError> {
        sandbox.extend(expires_at + GRACE_SECONDS).await?;
        if let Some(living) = self.handles().get_mut(id) {
            // Two extensions may be told in the wrong order; then the reaper tells the later one again.
            living.told = Some(expires_at);
        }
        Ok(())
    }

    /// End a lease: save the work, remove the sandbox.
    ///
    /// # Errors
    /// When the database fails. A sandbox that cannot be removed now is left to the reaper.
    pub async fn end(&self, row: &LeaseRow, reason: &str) -> Result<(), LeaseError> {
        let sandbox = self.handles().get(&row.id).map(|living| living.sandbox.clone());
        let mut reason = reason.to_owned();
        // What is not ready yet holds nothing of the learner's.
        if let Some(sandbox) = sandbox.as_ref().filter(|_| row.state == LeaseState::Ready && row.exercise.is_some()) {
            if let Err(error) = self.save_work(sandbox, row).await {
                tracing::warn!(lease = %row.id, %error, "the work could not be saved");
                reason.push_str(" Its files could not be saved at the end; those of the last save are kept.");
            }
            if !self.keep_images(sandbox, row).await {
                reason.push_str(" Its images are too large to be kept; they can be built again from the files.");
            }
        }
        self.end_without_saving(row, sandbox, &reason).await
    }

    /// End a lease whose files are about to be others: a save that is under way finds no ready lease then.
    async fn discard(&self, row: &LeaseRow, reason: &str) -> Result<(), LeaseError> {
        let living = self.handles().remove(&row.id);
        self.end_without_saving(row, living.map(|living| living.sandbox), reason).await
    }

    async fn end_without_saving(
        &self,
        row: &LeaseRow,
        sandbox: Option<Sandbox>,
        reason: &str,
    ) -> Result<(), LeaseError> {
        self.inner.store.end_lease(&row.id, self.now(), reason).await?;
        // The reaper may have found it again meanwhile.
        self.handles().remove(&row.id);
        self.inner.followers.forget(&row.id);
        self.failures().remove(&row.id);
        self.changed(&row.id);
        self.inner.wake.notify_one();
        if let Some(sandbox) = sandbox {
            // Nobody who ends a lease waits for an engine that hangs.
            match tokio::time::timeout(REMOVAL, sandbox.end()).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::warn!(lease = %row.id, %error, "a sandbox is left to the reaper"),
                Err(_) => tracing::warn!(lease = %row.id, "a sandbox that is removed slowly is left to the reaper"),
            }
        }
        Ok(())
    }

    /// Go back to the files as they were at an earlier attempt: end the living sandbox, if there is one, and open another
    /// lease, which is furnished with them.
    ///
    /// # Errors
    /// [`LeaseError::NoPoint`] when they are not kept; as [`Leases::open`] otherwise.
    pub async fn go_back(&self, attempt: &Attempt, learner: &LearnerId) -> Result<LeaseRow, LeaseError> {
        if !attempt.kept {
            return Err(LeaseError::NoPoint);
        }
        if let Some(row) = self.inner.store.living_lease(learner, Some(&attempt.exercise)).await? {
            self.discard(&row, "You went back to an earlier attempt.").await?;
        }
        if !self.inner.store.go_back(learner, &attempt.exercise, &attempt.id, self.now()).await? {
            return Err(LeaseError::NoPoint);
        }
        self.open(learner, Some(&attempt.exercise)).await
    }

    /// Begin the exercise anew: forget the saved files, end the sandbox, open another lease.
    ///
    /// # Errors
    /// As [`Leases::open`].
    pub async fn reset(&self, row: &LeaseRow) -> Result<LeaseRow, LeaseError> {
        if let Some(why) = self.why_not_exercise(row.exercise.as_ref())? {
            return Err(LeaseError::NotOffered(why));
        }
        self.discard(row, "It was reset.").await?;
        if let Some(exercise) = &row.exercise {
            self.inner.store.forget_work(&row.learner, exercise).await?;
        }
        self.open(&row.learner, row.exercise.as_ref()).await
    }
}
