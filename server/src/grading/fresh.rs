//! Fresh sandboxes: made for one attempt, touched by no learner.
//! Invariant: each ends with whoever holds it, also when that one is given up half-way, and when it was still being made.

use std::{ops::Deref, time::Duration};

use sandbox::{EngineState, Sandbox, SandboxError, Sandboxes};
use tokio_util::task::TaskTracker;

use crate::random;

/// A fresh sandbox ends by itself after this many seconds.
const LIFE_SECONDS: i64 = 600;
const ENGINE: Duration = Duration::from_secs(60);

/// What is needed to make fresh sandboxes.
#[derive(Clone)]
pub(super) struct Maker {
    pub(super) sandboxes: Sandboxes,
    /// Their leases begin with this.
    pub(super) prefix: String,
    pub(super) now: i64,
    /// Makes and ends them, whoever waits for it.
    pub(super) tasks: TaskTracker,
}

impl Maker {
    /// A fresh sandbox with its engine ready.
    pub(super) async fn fresh(&self) -> Result<Fresh, String> {
        let maker = self.clone();
        // In a task of its own: nobody would hold one whose making was given up.
        let made = self.tasks.spawn(async move { maker.make().await }).await;
        made.unwrap_or_else(|error| {
            tracing::error!(error = &error as &dyn std::error::Error, "a fresh sandbox was not made to its end");
            Err("a fresh sandbox could not be had".to_owned())
        })
    }

    async fn make(self) -> Result<Fresh, String> {
        let lease = format!("{}{}", self.prefix, random::id());
        let fault = |error: SandboxError| {
            tracing::error!(error = &error as &dyn std::error::Error, "a fresh sandbox could not be had");
            "a fresh sandbox could not be had".to_owned()
        };
        let sandbox = self.sandboxes.create(&lease, self.now + LIFE_SECONDS).await.map_err(fault)?;
        let fresh = Fresh { sandbox, tasks: self.tasks, ended: false };
        match fresh.wait_for_engine(ENGINE).await {
            Ok(EngineState::Ready) => Ok(fresh),
            other => {
                tracing::error!(?other, "the engine of a fresh sandbox did not start");
                fresh.discard().await;
                Err("the engine of a fresh sandbox did not start".to_owned())
            }
        }
    }
}

/// A fresh sandbox.
pub(super) struct Fresh {
    sandbox: Sandbox,
    tasks: TaskTracker,
    ended: bool,
}

impl Fresh {
    /// End it.
    pub(super) async fn discard(mut self) {
        end(&self.sandbox).await;
        self.ended = true;
    }
}

impl Deref for Fresh {
    type Target = Sandbox;

    fn deref(&self) -> &Sandbox {
        &self.sandbox
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        // Without a runtime the whole server ends; the next one finds it by its lease.
        if !self.ended
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            let sandbox = self.sandbox.clone();
            self.tasks.spawn_on(async move { end(&sandbox).await }, &runtime);
        }
    }
}

async fn end(sandbox: &Sandbox) {
    if let Err(error) = sandbox.end().await {
        tracing::warn!(error = &error as &dyn std::error::Error, "a fresh sandbox is left to the reaper");
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::grading::fake::FakeEngine;

    fn fresh(engine: &Arc<FakeEngine>, tasks: &TaskTracker) -> Fresh {
        Fresh {
            sandbox: engine.sandboxes().handle(FakeEngine::found("rerun-1").id),
            tasks: tasks.clone(),
            ended: false,
        }
    }

    #[tokio::test]
    async fn what_is_discarded_or_given_up_is_ended_once() {
        for given_up in [false, true] {
            let (engine, tasks) = (Arc::new(FakeEngine::default()), TaskTracker::new());
            let fresh = fresh(&engine, &tasks);
            if given_up {
                drop(fresh);
            } else {
                fresh.discard().await;
            }
            tasks.close();
            tasks.wait().await;
            assert_eq!(engine.removed(), ["rerun-1"]);
        }
    }

    #[tokio::test]
    async fn one_that_is_given_up_while_it_is_made_does_not_stay() {
        let (engine, tasks) = (Arc::new(FakeEngine::default()), TaskTracker::new());
        let (sandboxes, prefix) = (engine.sandboxes(), "rerun-".to_owned());
        let maker = Maker { sandboxes, prefix, now: 0, tasks: tasks.clone() };
        let making = tokio::time::timeout(Duration::from_millis(20), maker.fresh());
        assert!(making.await.is_err(), "its start takes longer");
        tasks.close();
        tasks.wait().await;
        assert_eq!(engine.removed().len(), 1);
    }
}
