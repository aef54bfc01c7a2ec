//! Sandboxes of one deployment: create, find again, remove.
//! Invariant: containers of another deployment are never listed, so never touched.

use std::sync::{Arc, Mutex, PoisonError};

use domain::lease::IsolationLevel;
use protocol::Setup;
use tokio::{
    sync::OnceCell,
    time::{Duration, Instant, sleep},
};

use crate::{
    ContainerId, Engine, EngineInfo, Found, LevelChoice, NewContainer, Offer, Sandbox, SandboxConfig, SandboxError,
    error::EngineError, limits, probe, spec,
};

/// A choice that came to nothing is looked at anew after this time, not at each sandbox that somebody waits for.
const SECOND_LOOK: Duration = Duration::from_secs(20);

/// Sandboxes of one deployment.
#[derive(Clone)]
pub struct Sandboxes {
    engine: Arc<dyn Engine>,
    config: SandboxConfig,
    deployment: String,
    choice: Option<LevelChoice>,
    decision: Arc<Decision>,
}

/// What became of the choice of a level.
#[derive(Default)]
struct Decision {
    offer: OnceCell<Offer>,
    /// When none could be had last, and why.
    refused: Mutex<Option<(Instant, String)>>,
}

impl Sandboxes {
    /// For a deployment (a short word of letters, digits and hyphens, unique among those that share the engine), at the
    /// level that the settings name and no other.
    #[must_use]
    pub fn new(engine: Arc<dyn Engine>, config: SandboxConfig, deployment: impl Into<String>) -> Self {
        Self { engine, config, deployment: deployment.into(), choice: None, decision: Arc::default() }
    }

    /// The same at a level that is decided by what works here, before the first sandbox is made; see
    /// [`Sandboxes::decide`].
    #[must_use]
    pub fn by_choice(
        engine: Arc<dyn Engine>,
        config: SandboxConfig,
        deployment: impl Into<String>,
        choice: LevelChoice,
    ) -> Self {
        Self { choice: Some(choice), ..Self::new(engine, config, deployment) }
    }

    /// The level of the sandboxes and what they offer: found out once, by trying it unless it was tried before, which
    /// takes some seconds. Whoever asks meanwhile waits for the same.
    ///
    /// # Errors
    /// [`SandboxError::NoLevel`] when the level that was chosen is not to be had, or none is; the engine's, and then it
    /// can be asked again.
    pub async fn decide(&self) -> Result<&Offer, SandboxError> {
        let decide = async || {
            let Some(choice) = self.choice else { return Ok(Offer::of(self.config.level)) };
            if let Some(why) = self.refusal_since(SECOND_LOOK) {
                return Err(SandboxError::NoLevel(why));
            }
            let decided = probe::decide(&self.engine, &self.config, choice).await;
            let why = match &decided {
                Err(SandboxError::NoLevel(why)) => Some((Instant::now(), why.clone())),
                _ => None,
            };
            *self.decision.refused.lock().unwrap_or_else(PoisonError::into_inner) = why;
            decided
        };
        self.decision.offer.get_or_try_init(decide).await
    }

    /// What they offer, as far as that is decided.
    #[must_use]
    pub fn offer(&self) -> Option<&Offer> {
        self.decision.offer.get()
    }

    /// Why there are no sandboxes, when the choice of a level came to nothing: whole sentences.
    #[must_use]
    pub fn refusal(&self) -> Option<String> {
        self.refusal_since(Duration::MAX)
    }

    fn refusal_since(&self, time: Duration) -> Option<String> {
        let refused = self.decision.refused.lock().unwrap_or_else(PoisonError::into_inner);
        refused.as_ref().filter(|(at, _)| at.elapsed() < time).map(|(_, why)| why.clone())
    }

    /// What the host's engine is; fails when it does not answer.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn engine_info(&self) -> Result<EngineInfo, EngineError> {
        self.engine.info().await
    }

    /// Whether the host's engine answers at all.
    ///
    /// # Errors
    /// When it does not within two seconds.
    pub async fn engine_answers(&self) -> Result<(), EngineError> {
        self.engine.answers().await
    }

    /// The settings.
    #[must_use]
    pub fn config(&self) -> &SandboxConfig {
        &self.config
    }

    /// Make a sandbox with a name that no other has, and that ends by itself at the deadline (Unix seconds). It takes
    /// terminals and files when this returns; its engine sleeps until it is used, or waited for
    /// ([`Sandbox::wait_for_engine`]). What failed leaves nothing behind.
    ///
    /// # Errors
    /// When the engine fails, the images are missing, or the supervisor does not come up.
    pub async fn create(&self, name: &str, deadline: i64) -> Result<Sandbox, SandboxError> {
        let level = self.decide().await?.level;
        self.create_at(level, name, deadline).await
    }

    /// The same at a level that was not decided on: to try it.
    pub(crate) async fn create_at(
        &self,
        level: IsolationLevel,
        name: &str,
        deadline: i64,
    ) -> Result<Sandbox, SandboxError> {
        let setup = Setup {
            owner: self.owner(name),
            deadline,
            data_mib: self.config.data_root_mib,
            root_mib: self.config.home_mib,
            tmp_mib: self.config.tmp_mib,
            open_files: self.config.open_files,
            largest_file_mib: self.config.largest_file_mib,
            golden: false,
            gvisor: level == IsolationLevel::Runsc,
        };
        self.create_with(level, name, setup).await
    }

    /// The uid that a sandbox's supervisor is to have.
    pub(crate) fn owner(&self, name: &str) -> u32 {
        spec::owner(&self.deployment, name)
    }

    pub(crate) async fn create_with(
        &self,
        level: IsolationLevel,
        name: &str,
        setup: Setup,
    ) -> Result<Sandbox, SandboxError> {
        let new = NewContainer {
            deployment: self.deployment.clone(),
            name: name.to_owned(),
            setup,
            config: SandboxConfig { level, ..self.config.clone() },
        };
        let id = self.engine.create(&new).await?;
        let outcome = self.start(&id).await;
        if outcome.is_err()
            && let Err(error) = self.engine.remove(&id).await
        {
            tracing::warn!(container = %id, %error, "a sandbox that did not start is left to the reaper");
        }
        outcome
    }

    async fn start(&self, id: &ContainerId) -> Result<Sandbox, SandboxError> {
        let last_words = self.engine.start(id).await?;
        let sandbox = Sandbox::new(Arc::clone(&self.engine), id.clone());
        let deadline = Instant::now() + limits::FIRST_CONNECTION;
        loop {
            match sandbox.hello().await {
                Ok(_) => return Ok(sandbox),
                Err(error @ (SandboxError::Version(_) | SandboxError::Unsafe)) => return Err(error),
                Err(error) => {
                    let running = self.engine.inspect(id).await?.is_some_and(|found| found.running);
                    if !running {
                        return Err(SandboxError::DidNotStart { words: last_words.await? });
                    }
                    if Instant::now() >= deadline {
                        return Err(error);
                    }
                    sleep(Duration::from_millis(5)).await;
                }
            }
        }
    }

    /// What sandboxes that are made now are made of: another word when images, level or limits are others; `None` before
    /// the level is decided.
    #[must_use]
    pub fn recipe(&self) -> Option<String> {
        let level = match self.choice {
            None => self.config.level,
            Some(_) => self.offer()?.level,
        };
        Some(self.engine.recipe(&SandboxConfig { level, ..self.config.clone() }))
    }

    /// What the host's engine is, asked once.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn engine_info_once(&self) -> Result<&EngineInfo, EngineError> {
        self.engine.known().await
    }

    /// The handle to a container known by its id, as after a restart of the server. Nothing is sent yet.
    #[must_use]
    pub fn handle(&self, id: ContainerId) -> Sandbox {
        Sandbox::new(Arc::clone(&self.engine), id)
    }

    /// A container of this deployment; `None` when there is none.
    ///
    /// # Errors
    /// When the host's engine fails.
    pub async fn find(&self, id: &ContainerId) -> Result<Option<Found>, EngineError> {
        Ok(self.engine.inspect(id).await?.filter(|found| found.deployment == self.deployment))
    }

    /// All containers of this deployment, running or not.
    ///
    /// # Errors
    /// When the host's engine fails.
    pub async fn list(&self) -> Result<Vec<Found>, EngineError> {
        self.engine.list(&self.deployment).await
    }

    /// End and remove a container; fine when it is gone already.
    ///
    /// # Errors
    /// When the host's engine fails.
    pub async fn remove(&self, id: &ContainerId) -> Result<(), EngineError> {
        self.engine.remove(id).await
    }
}
