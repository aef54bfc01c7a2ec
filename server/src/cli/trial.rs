//! Sandboxes in which a command tries something. Invariant: none of them outlives it, also when it is interrupted or
//! fails; what a killed one left is found by the next.

use std::{sync::Arc, time::Duration};

use sandbox::{EngineState, Sandbox, Sandboxes};
use tokio::signal::unix::{SignalKind, signal};

use super::host;
use crate::{
    clock::{Clock, SystemClock},
    config::Config,
    random,
};

/// The engine of a new sandbox answers within this time.
const ENGINE: Duration = Duration::from_secs(60);
/// A sandbox that was asked for when the command was interrupted comes within this time.
const LATECOMERS: Duration = Duration::from_millis(1500);

/// Sandboxes of a command.
pub(super) struct Trial {
    pub(super) sandboxes: Sandboxes,
    pub(super) clock: Arc<dyn Clock>,
    /// What the names of this command's sandboxes begin with; others of the deployment may belong to one like it.
    pub(super) prefix: String,
}

impl Trial {
    /// Sandboxes of a deployment that all such commands on one engine share.
    pub(super) async fn begin(config: &Config, deployment: &str) -> anyhow::Result<Self> {
        let (sandboxes, _engine) = host::sandboxes(config, deployment).await?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let trial = Self { sandboxes, clock, prefix: format!("{}-", random::nonce()) };
        trial.sweep(|found| found.expires < trial.clock.now()).await?;
        Ok(trial)
    }

    /// Do it; an error when somebody wants it to end before.
    pub(super) async fn to_its_end<T>(&self, all: impl Future<Output = T>) -> anyhow::Result<T> {
        let done = tokio::select! {
            done = all => Some(done),
            () = interrupted()? => None,
        };
        // Also what has failed leaves some.
        self.sweep(|found| found.name.starts_with(&self.prefix)).await?;
        if let Some(done) = done {
            return Ok(done);
        }
        tokio::time::sleep(LATECOMERS).await;
        self.sweep(|found| found.name.starts_with(&self.prefix)).await?;
        anyhow::bail!("interrupted; all sandboxes of this command were removed");
    }

    async fn sweep(&self, unwanted: impl Fn(&sandbox::Found) -> bool) -> anyhow::Result<()> {
        for found in self.sandboxes.list().await?.iter().filter(|found| unwanted(found)) {
            self.sandboxes.remove(&found.id).await?;
        }
        Ok(())
    }
}

/// Do something in a fresh sandbox of this name whose engine answers; the sandbox is gone afterwards. It ends by itself at
/// `until`, Unix seconds.
pub(super) async fn in_sandbox<T>(
    sandboxes: &Sandboxes,
    name: &str,
    until: i64,
    act: impl AsyncFnOnce(&Sandbox) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let sandbox = sandboxes.create(name, until).await?;
    let done = async {
        let engine = sandbox.wait_for_engine(ENGINE).await?;
        anyhow::ensure!(engine == EngineState::Ready, "the sandbox's engine did not start");
        act(&sandbox).await
    };
    let done = done.await;
    sandbox.end().await?;
    done
}

/// Resolves when somebody wants the command to end.
fn interrupted() -> anyhow::Result<impl Future<Output = ()>> {
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}
