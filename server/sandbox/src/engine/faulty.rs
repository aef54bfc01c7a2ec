//! An engine that fails on demand, around another one. For tests of what the server does then.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;

use super::{ByteStream, ContainerId, Engine, EngineInfo, Found, LastWords, NewContainer};
use crate::error::{Cause, EngineError};

/// An operation of [`Engine`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// [`Engine::info`] and [`Engine::known`].
    Info,
    /// [`Engine::answers`].
    Answers,
    /// [`Engine::create`].
    Create,
    /// [`Engine::start`].
    Start,
    /// [`Engine::connect`].
    Connect,
    /// [`Engine::inspect`].
    Inspect,
    /// [`Engine::list`].
    List,
    /// [`Engine::remove`].
    Remove,
}

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// It fails before anything is done.
    Before(String),
    /// It is done, and yet fails: the answer is lost.
    After(String),
    /// It is done after a pause.
    Slow(Duration),
}

/// An engine with faults to come.
pub struct FaultyEngine {
    inner: Arc<dyn Engine>,
    faults: Mutex<VecDeque<(Operation, Fault)>>,
}

impl FaultyEngine {
    /// Around another engine; no faults yet.
    #[must_use]
    pub fn new(inner: Arc<dyn Engine>) -> Self {
        Self { inner, faults: Mutex::default() }
    }

    /// Let the next such operation go wrong; several faults of one operation come in order.
    pub fn inject(&self, operation: Operation, fault: Fault) {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner).push_back((operation, fault));
    }

    /// Faults that have not come yet.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    fn next(&self, operation: Operation) -> Option<Fault> {
        let mut faults = self.faults.lock().unwrap_or_else(PoisonError::into_inner);
        let at = faults.iter().position(|(at, _)| *at == operation)?;
        faults.remove(at).map(|(_, fault)| fault)
    }

    async fn with<T>(
        &self,
        operation: Operation,
        work: impl Future<Output = Result<T, EngineError>> + Send,
    ) -> Result<T, EngineError> {
        match self.next(operation) {
            None => work.await,
            Some(Fault::Before(text)) => Err(error(operation, text)),
            Some(Fault::After(text)) => {
                work.await?;
                Err(error(operation, text))
            }
            Some(Fault::Slow(pause)) => {
                tokio::time::sleep(pause).await;
                work.await
            }
        }
    }
}

fn error(operation: Operation, text: String) -> EngineError {
    let cause: Cause = text.into();
    match operation {
        Operation::Info | Operation::Answers => EngineError::Info(cause),
        Operation::Create => EngineError::Create(cause),
        Operation::Start => EngineError::Start(cause),
        Operation::Connect => EngineError::Connect(cause),
        Operation::Inspect => EngineError::Inspect(cause),
        Operation::List => EngineError::List(cause),
        Operation::Remove => EngineError::Remove(cause),
    }
}

#[async_trait]
impl Engine for FaultyEngine {
    async fn info(&self) -> Result<EngineInfo, EngineError> {
        self.with(Operation::Info, self.inner.info()).await
    }

    async fn known(&self) -> Result<&EngineInfo, EngineError> {
        self.with(Operation::Info, self.inner.known()).await
    }

    async fn answers(&self) -> Result<(), EngineError> {
        self.with(Operation::Answers, self.inner.answers()).await
    }

    fn recipe(&self, config: &crate::SandboxConfig) -> String {
        self.inner.recipe(config)
    }

    async fn kept(&self, key: &str) -> Result<Option<String>, EngineError> {
        self.inner.kept(key).await
    }

    async fn keep(&self, key: &str, text: &str) -> Result<(), EngineError> {
        self.inner.keep(key, text).await
    }

    async fn create(&self, new: &NewContainer) -> Result<ContainerId, EngineError> {
        self.with(Operation::Create, self.inner.create(new)).await
    }

    async fn start(&self, id: &ContainerId) -> Result<LastWords, EngineError> {
        self.with(Operation::Start, self.inner.start(id)).await
    }

    async fn connect(&self, id: &ContainerId) -> Result<Box<dyn ByteStream>, EngineError> {
        self.with(Operation::Connect, self.inner.connect(id)).await
    }

    async fn inspect(&self, id: &ContainerId) -> Result<Option<Found>, EngineError> {
        self.with(Operation::Inspect, self.inner.inspect(id)).await
    }

    async fn list(&self, deployment: &str) -> Result<Vec<Found>, EngineError> {
        self.with(Operation::List, self.inner.list(deployment)).await
    }

    async fn remove(&self, id: &ContainerId) -> Result<(), EngineError> {
        self.with(Operation::Remove, self.inner.remove(id)).await
    }
}
