//! A host's engine whose sandboxes cannot be reached, and grading over it, for tests.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use domain::{
    attempt::{Attempt, AttemptState},
    id::{AttemptId, ExerciseId, LearnerId},
};
use sandbox::{
    ByteStream, ContainerId, Engine, EngineError, EngineInfo, Found, LastWords, NewContainer, SandboxConfig, Sandboxes,
};

use super::{Event, Grading};
use crate::{
    clock::{Clock, SetClock},
    config,
    content::Content,
    lease::{Leases, Parts},
    store::{
        Store,
        lease::{LeaseRow, tests::lease},
        sandbox::tests::claimed,
    },
};

const DEPLOYMENT: &str = "test";
/// When everything expires.
const FAR: i64 = 1_000_000;
/// Nothing in a test takes longer.
const PATIENCE: Duration = Duration::from_secs(20);
/// Its only check looks at a file, so that it reaches for the sandbox.
const EXERCISE: &str = r#"
format = 1
title = "A test"
part = 1
order = 1
summary = "A test."
level = "everyday"
minutes = 1
needs = []
images = []
section = "none"

[[check]]
id = "there"
claim = "There is a file"
why = "It is a test."
section = "none"
probe = { kind = "file", path = "a" }
expect = [{ at = "/present", is = "true" }]
"#;

/// What becomes of whoever wants to reach a sandbox.
#[derive(Debug, Clone, Copy, Default)]
pub(super) enum Connecting {
    #[default]
    Fails,
    Hangs,
    Panics,
}

/// The engine.
#[derive(Default)]
pub(super) struct FakeEngine {
    connecting: Mutex<Connecting>,
    containers: Mutex<Vec<Found>>,
    removed: Mutex<Vec<String>>,
}

impl FakeEngine {
    /// Its sandboxes.
    pub(super) fn sandboxes(self: &Arc<Self>) -> Sandboxes {
        let engine: Arc<dyn Engine> = Arc::<Self>::clone(self);
        Sandboxes::new(engine, SandboxConfig::default(), DEPLOYMENT)
    }

    /// A running container of that name.
    pub(super) fn found(name: &str) -> Found {
        let (id, deployment) = (ContainerId(name.to_owned()), DEPLOYMENT.to_owned());
        Found { id, deployment, name: name.to_owned(), expires: FAR, running: true, level: None }
    }

    pub(super) fn connecting(&self, connecting: Connecting) {
        *self.connecting.lock().unwrap() = connecting;
    }

    /// What was removed so far.
    pub(super) fn removed(&self) -> Vec<String> {
        self.removed.lock().unwrap().clone()
    }
}

#[async_trait]
impl Engine for FakeEngine {
    async fn info(&self) -> Result<EngineInfo, EngineError> {
        Err(EngineError::Info("a fake".into()))
    }

    async fn known(&self) -> Result<&EngineInfo, EngineError> {
        Err(EngineError::Info("a fake".into()))
    }

    async fn answers(&self) -> Result<(), EngineError> {
        Err(EngineError::Info("a fake".into()))
    }

    fn recipe(&self, _config: &SandboxConfig) -> String {
        "r".to_owned()
    }

    async fn kept(&self, _key: &str) -> Result<Option<String>, EngineError> {
        Ok(None)
    }

    async fn keep(&self, _key: &str, _text: &str) -> Result<(), EngineError> {
        Ok(())
    }

    async fn create(&self, new: &NewContainer) -> Result<ContainerId, EngineError> {
        let found = Self::found(&new.name);
        self.containers.lock().unwrap().push(found.clone());
        Ok(found.id)
    }

    /// Takes a moment, and does not succeed.
    async fn start(&self, _id: &ContainerId) -> Result<LastWords, EngineError> {
        tokio::time::sleep(Duration::from_millis(100)).await;
        Err(EngineError::Start("a fake".into()))
    }

    #[expect(clippy::panic, reason = "tests of what a panic does")]
    async fn connect(&self, _id: &ContainerId) -> Result<Box<dyn ByteStream>, EngineError> {
        let connecting = *self.connecting.lock().unwrap();
        match connecting {
            Connecting::Fails => Err(EngineError::Connect("a fake".into())),
            Connecting::Hangs => std::future::pending().await,
            Connecting::Panics => panic!("a fake"),
        }
    }

    async fn inspect(&self, id: &ContainerId) -> Result<Option<Found>, EngineError> {
        Ok(self.containers.lock().unwrap().iter().find(|found| found.id == *id).cloned())
    }

    async fn list(&self, _deployment: &str) -> Result<Vec<Found>, EngineError> {
        Ok(self.containers.lock().unwrap().clone())
    }

    async fn remove(&self, id: &ContainerId) -> Result<(), EngineError> {
        self.containers.lock().unwrap().retain(|found| found.id != *id);
        self.removed.lock().unwrap().push(id.0.clone());
        Ok(())
    }
}

/// Grading with some learners, each with a ready sandbox for one exercise.
pub(super) struct World {
    pub(super) grading: Grading,
    pub(super) engine: Arc<FakeEngine>,
    store: Store,
    _content: tempfile::TempDir,
}

impl World {
    pub(super) async fn new(learners: usize, longest: Duration) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for exercise in ["x", "y"] {
            let exercise = folder.path().join("exercises").join(exercise);
            std::fs::create_dir_all(&exercise).unwrap();
            std::fs::write(exercise.join("exercise.toml"), EXERCISE).unwrap();
            std::fs::write(exercise.join("task.md"), "A task.").unwrap();
        }
        let (engine, store) = (Arc::new(FakeEngine::default()), Store::in_memory().await.unwrap());
        for learner in 0..learners {
            store.note_learner(&id_of(learner), 1).await.unwrap();
            for exercise in ["x", "y"] {
                let lease = lease(&format!("{learner}{exercise}"), id_of(learner).as_str(), Some(exercise));
                let id = store.open_lease(&lease).await.unwrap().id;
                claimed(&store, id.as_str(), FAR).await;
                store.lease_is_ready(&id, 1).await.unwrap();
                engine.containers.lock().unwrap().push(FakeEngine::found(id.as_str()));
            }
        }
        let content = Arc::new(Content::open(folder.path().to_owned()).unwrap());
        let clock: Arc<dyn Clock> = Arc::new(SetClock::default());
        let leases = Leases::new(Parts {
            store: store.clone(),
            sandboxes: engine.sandboxes(),
            content: Arc::clone(&content),
            clock: Arc::clone(&clock),
            settings: config::Leases::default(),
            pool: config::Pool { idle: 0, ..config::Pool::default() },
            most: 100,
            preview: ("http".to_owned(), "localhost".to_owned()),
        });
        leases.begin().await.unwrap();
        let grading = Grading::with_limit(store.clone(), content, leases, engine.sandboxes(), clock, longest);
        Self { grading, engine, store, _content: folder }
    }

    /// A learner's lease for the one exercise.
    pub(super) async fn row(&self, learner: usize) -> LeaseRow {
        self.lease(learner, "x").await
    }

    /// The same learner's for the other.
    pub(super) async fn another_row(&self, learner: usize) -> LeaseRow {
        self.lease(learner, "y").await
    }

    async fn lease(&self, learner: usize, exercise: &str) -> LeaseRow {
        let exercise: ExerciseId = exercise.parse().unwrap();
        self.store.living_lease(&id_of(learner), Some(&exercise)).await.unwrap().unwrap()
    }

    /// A learner's attempt, as soon as there is one.
    pub(super) async fn only_attempt_of(&self, learner: usize) -> Attempt {
        let latest = async || self.store.latest_attempts(&id_of(learner), 2).await.unwrap();
        assert!(self.until(async || !latest().await.is_empty()).await);
        let mut attempts = latest().await;
        assert_eq!(attempts.len(), 1);
        attempts.remove(0)
    }

    /// An attempt once it runs no more.
    pub(super) async fn ended(&self, learner: usize, id: &AttemptId) -> Attempt {
        let stored = async || self.store.attempt(&id_of(learner), id).await.unwrap().unwrap();
        assert!(self.until(async || stored().await.state != AttemptState::Running).await);
        stored().await
    }

    /// The last event of an attempt.
    pub(super) async fn last_event(&self, id: &AttemptId) -> Event {
        let mut events = self.grading.follow(id).unwrap();
        let over = |events: &Vec<Event>| events.last().is_some_and(Event::is_last);
        let events = tokio::time::timeout(PATIENCE, events.wait_for(over)).await.unwrap().unwrap();
        events.last().cloned().unwrap()
    }

    /// Whether something comes true in good time.
    pub(super) async fn until(&self, mut holds: impl AsyncFnMut() -> bool) -> bool {
        let looking = async {
            while !holds().await {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(PATIENCE, looking).await.is_ok()
    }
}

fn id_of(learner: usize) -> LearnerId {
    LearnerId(format!("learner-{learner}"))
}
