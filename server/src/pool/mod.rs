//! The pool: sandboxes made ahead, so that whoever presses Start has one at once.
//! Invariant: every sandbox of a lease comes out of the pool, touched by nobody before, and none goes back into it.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use sandbox::{ContainerId, EngineError, Found, Sandbox, SandboxError, Sandboxes};
use tokio::sync::Notify;
use tokio_util::task::TaskTracker;

use crate::{
    clock::Clock,
    config, host, random,
    store::{Store, StoreError, sandbox::SandboxRow},
};

mod pace;
mod size;

use pace::Pace;
use size::{Counts, active, plan};

/// What those who wait are told while the host's engine does not answer.
pub(crate) const ENGINE_AWAY: &str = "The server's Docker engine does not answer at the moment. You keep your place: your sandbox is made as soon as it does.";

/// However fast they usually are made, none is late before this.
const LATE: Duration = Duration::from_secs(4);
/// One that ends sooner than this, seconds, or than half its life, is not given out any more.
const TOO_LATE_SECONDS: i64 = 600;
/// Left free of the host's memory, MiB: below it nothing new is made.
const RESERVE_MIB: u64 = 512;
/// After a failure nothing is made for this long, doubled at each further one.
const PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(15);

/// Sandboxes made ahead.
#[derive(Clone)]
pub struct Pool {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    sandboxes: Sandboxes,
    clock: Arc<dyn Clock>,
    settings: config::Pool,
    /// Sandboxes on this host, idle ones included.
    most: u32,
    /// The connections to idle sandboxes.
    idle: Mutex<HashMap<ContainerId, Sandbox>>,
    /// Names of sandboxes that are being made, and since when.
    making: Mutex<HashMap<String, Instant>>,
    pace: Mutex<Pace>,
    trouble: Mutex<Option<Trouble>>,
    /// Told when a sandbox can be taken, or could not be made.
    wake: Arc<Notify>,
    tasks: TaskTracker,
}

/// Why no sandbox can be made at the moment.
#[derive(Debug, Clone)]
struct Trouble {
    sentence: Cow<'static, str>,
    failures: u32,
    until: Instant,
}

/// What [`Pool::new`] is made from.
pub struct Parts {
    /// The database.
    pub store: Store,
    /// The sandboxes of this deployment.
    pub sandboxes: Sandboxes,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Settings.
    pub settings: config::Pool,
    /// Sandboxes on this host.
    pub most: u32,
    /// Sandboxes made at the same time; 0 finds out what the host can do.
    pub starting: u32,
    /// Told when a sandbox can be taken, or could not be made.
    pub wake: Arc<Notify>,
    /// Whom its work belongs to.
    pub tasks: TaskTracker,
}

/// Says that a sandbox of that name is being made, until it is dropped, also by a panic.
struct Making {
    pool: Pool,
    name: String,
}

impl Drop for Making {
    fn drop(&mut self) {
        self.pool.making().remove(&self.name);
        self.pool.inner.wake.notify_one();
    }
}

impl Pool {
    /// A pool over these parts. It does nothing by itself: the queue calls [`Pool::fill`].
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        Self {
            inner: Arc::new(Inner {
                store: parts.store,
                sandboxes: parts.sandboxes,
                clock: parts.clock,
                settings: parts.settings,
                most: parts.most,
                idle: Mutex::default(),
                making: Mutex::default(),
                pace: Mutex::new(Pace::new(cores, parts.starting)),
                trouble: Mutex::default(),
                wake: parts.wake,
                tasks: parts.tasks,
            }),
        }
    }

    // What these locks hold stays whole whatever a holder did.
    fn idle(&self) -> MutexGuard<'_, HashMap<ContainerId, Sandbox>> {
        self.inner.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn making(&self) -> MutexGuard<'_, HashMap<String, Instant>> {
        self.inner.making.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn pace(&self) -> MutexGuard<'_, Pace> {
        self.inner.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn trouble(&self) -> MutexGuard<'_, Option<Trouble>> {
        self.inner.trouble.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a sandbox must be made of to be given out; `None` while its level is not decided, and then none is.
    pub(crate) fn recipe(&self) -> Option<String> {
        self.inner.sandboxes.recipe()
    }

    /// A sandbox that ends before this time is not given out.
    pub(crate) fn alive_at(&self) -> i64 {
        self.inner.clock.now() + TOO_LATE_SECONDS.min(self.life_seconds() / 2)
    }

    /// Without a server an idle sandbox ends by itself after this time.
    fn life_seconds(&self) -> i64 {
        i64::from(self.inner.settings.minutes) * 60
    }

    /// Sandboxes on this host at most.
    pub(crate) fn most(&self) -> u32 {
        self.inner.most
    }

    /// Seconds that one start takes, and from one start to the next when many wait.
    pub(crate) fn seconds(&self) -> (f64, f64) {
        let pace = self.pace();
        (pace.seconds(), pace.seconds_each())
    }

    /// Why nobody gets a sandbox at the moment, a plain sentence; `None` when there is no trouble.
    pub(crate) fn why_not(&self) -> Option<Cow<'static, str>> {
        self.trouble().as_ref().map(|trouble| trouble.sentence.clone())
    }

    /// True when a sandbox has been in the making for much longer than one takes: the engine may hang.
    pub(crate) fn is_late(&self) -> bool {
        let usual = Duration::try_from_secs_f64(4.0 * self.pace().seconds()).unwrap_or(LATE);
        self.making().values().any(|since| since.elapsed() > usual.max(LATE))
    }

    /// The handle to a sandbox that was taken.
    pub(crate) fn take(&self, container: &ContainerId) -> Sandbox {
        let handle = self.idle().remove(container);
        // One of an earlier server.
        handle.unwrap_or_else(|| self.inner.sandboxes.handle(container.clone()))
    }

    /// Names of the sandboxes that are being made.
    pub(crate) fn names_in_making(&self) -> HashSet<String> {
        self.making().keys().cloned().collect()
    }

    /// Make what is missing and end what is too much. How many wait for a sandbox.
    pub(crate) async fn fill(&self) -> Result<usize, StoreError> {
        // Counted before all else: one that is done in between counts twice, not never, and then none is made too many.
        let making = self.making().len();
        let counted = self.inner.store.count_sandboxes().await?;
        let many = |number| usize::try_from(number).unwrap_or(usize::MAX);
        let (queued, living, idle) = (many(counted.queued), many(counted.living), many(counted.idle));
        let counts = Counts { queued, living, idle, making };
        let wanted = self.wanted().await?;
        let mut todo = plan(counts, wanted, many(self.inner.most), self.pace().limit());
        if todo.make > 0 && !self.may_make().await {
            todo.make = 0;
        }
        for _ in 0..todo.make {
            self.begin_making(counts.making + todo.make);
        }
        if todo.retire > 0 {
            for row in self.inner.store.idle_sandboxes().await?.iter().take(todo.retire) {
                self.retire(row).await?;
            }
        }
        Ok(queued)
    }

    /// Idle sandboxes wanted now.
    async fn wanted(&self) -> Result<usize, StoreError> {
        let now = self.inner.clock.now();
        let announcements = self.inner.store.announcements(now).await?;
        // They are made one after the other, each in the time that one takes.
        let seconds = self.pace().seconds();
        let announced = match active(&announcements, seconds, now) {
            Some((number, since)) => number.saturating_sub(self.inner.store.count_come_since(since).await?),
            None => 0,
        };
        Ok(usize::try_from(self.inner.settings.idle.saturating_add(announced)).unwrap_or(usize::MAX))
    }

    /// False while the engine is in trouble or the host short of memory.
    async fn may_make(&self) -> bool {
        if self.trouble().as_ref().is_some_and(|trouble| Instant::now() < trouble.until) {
            return false;
        }
        let short = match self.inner.sandboxes.engine_info_once().await {
            Ok(info) => host::available_mib(info.memory_mib).is_some_and(|available| available < RESERVE_MIB),
            // Making one will tell what is wrong.
            Err(_) => false,
        };
        if short {
            let sentence = "The server is short of memory; the next place comes free when somebody's sandbox ends.";
            let sentence = Cow::Borrowed(sentence);
            *self.trouble() = Some(Trouble { sentence, failures: 1, until: Instant::now() + Duration::from_secs(2) });
        }
        !short
    }

    fn begin_making(&self, in_flight: usize) {
        let name = random::id();
        self.making().insert(name.clone(), Instant::now());
        let making = Making { pool: self.clone(), name };
        self.inner.tasks.spawn(async move {
            making.pool.make(&making.name, in_flight).await;
            drop(making);
        });
    }

    async fn make(&self, name: &str, in_flight: usize) {
        let began = Instant::now();
        match self.try_make(name).await {
            Ok(()) => {
                self.pace().succeeded(began.elapsed().as_secs_f64(), in_flight);
                *self.trouble() = None;
            }
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "a sandbox could not be made");
                self.pace().failed();
                let mut trouble = self.trouble();
                let failures = trouble.as_ref().map_or(0, |before| before.failures).saturating_add(1);
                let pause = PAUSE.saturating_mul(2_u32.saturating_pow(failures - 1)).min(LONGEST_PAUSE);
                *trouble = Some(Trouble { sentence: sentence_of(&error), failures, until: Instant::now() + pause });
            }
        }
    }

    async fn try_make(&self, name: &str) -> Result<(), MakeError> {
        let now = self.inner.clock.now();
        let ends_at = now + self.life_seconds();
        let sandbox = self.inner.sandboxes.create(name, ends_at).await?;
        let made = async {
            // One terminal waits for the learner, its prompt already put out.
            sandbox.open_terminal(0, 80, 24).await?;
            // There was a level to make it at.
            let (container, recipe) = (sandbox.id().0.clone(), self.recipe().unwrap_or_default());
            // Before it can be taken: who takes it finds the connection.
            self.idle().insert(sandbox.id().clone(), sandbox.clone());
            let row = SandboxRow { container, name: name.to_owned(), recipe, made_at: now, ends_at };
            Ok::<(), MakeError>(self.inner.store.add_sandbox(&row).await?)
        };
        let outcome = made.await;
        if outcome.is_err() {
            self.idle().remove(sandbox.id());
            self.end(&sandbox).await;
        }
        outcome
    }

    /// End an idle sandbox, unless somebody takes it in this moment.
    async fn retire(&self, row: &SandboxRow) -> Result<(), StoreError> {
        if self.inner.store.retire_sandbox(&row.container).await? {
            let container = ContainerId(row.container.clone());
            let sandbox = self.take(&container);
            self.end(&sandbox).await;
        }
        Ok(())
    }

    async fn end(&self, sandbox: &Sandbox) {
        if let Err(error) = sandbox.end().await {
            tracing::warn!(error = &error as &dyn std::error::Error, "an idle sandbox is left to the reaper");
        }
    }

    /// Compare idle sandboxes with the engine's containers: forget those that are gone, retire those that end soon or
    /// are of another recipe. Which containers are the pool's.
    pub(crate) async fn reconcile(&self, found: &[Found]) -> Result<HashSet<ContainerId>, StoreError> {
        self.inner.store.forget_used_sandboxes().await?;
        let running: HashSet<&ContainerId> = found.iter().filter(|one| one.running).map(|one| &one.id).collect();
        let recipe = self.recipe();
        let mut own = HashSet::new();
        for row in self.inner.store.idle_sandboxes().await? {
            let id = ContainerId(row.container.clone());
            // The list may be older than the sandbox.
            let fits = recipe.as_ref() == Some(&row.recipe) && row.ends_at >= self.alive_at();
            let is_there = running.contains(&id) || row.made_at + 60 > self.inner.clock.now();
            if fits && is_there {
                own.insert(id);
            } else {
                self.retire(&row).await?;
            }
        }
        Ok(own)
    }

    /// End all idle sandboxes, when the server stops; those that are announced stay for the next one.
    pub(crate) async fn close(&self) -> Result<(), StoreError> {
        let now = self.inner.clock.now();
        let announcements = self.inner.store.announcements(now).await?;
        if active(&announcements, self.pace().seconds(), now).is_some() {
            return Ok(());
        }
        for row in self.inner.store.idle_sandboxes().await? {
            self.retire(&row).await?;
        }
        Ok(())
    }
}

/// Why a sandbox was not made.
#[derive(Debug, thiserror::Error)]
enum MakeError {
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What those who wait are told.
fn sentence_of(error: &MakeError) -> Cow<'static, str> {
    match error {
        MakeError::Store(_) => "The server's database does not take writes at the moment. You keep your place.".into(),
        MakeError::Sandbox(error) => sentence(error),
    }
}

/// The same of what failed with sandboxes.
pub(crate) fn sentence(error: &SandboxError) -> Cow<'static, str> {
    let sentence = match error {
        SandboxError::NoLevel(why) => return format!("{why} You keep your place.").into(),
        SandboxError::Engine(EngineError::NotPrepared) => {
            "This server's sandbox image is not prepared; whoever runs it: `drydock prepare`. You keep your place."
        }
        SandboxError::Engine(error) if error.is_full() => {
            "This server's disk is full; whoever runs it must make room. You keep your place."
        }
        SandboxError::Engine(error) if error.is_outage() => ENGINE_AWAY,
        _ => "No sandbox can be made at the moment. You keep your place; it is tried again and again.",
    };
    sentence.into()
}
