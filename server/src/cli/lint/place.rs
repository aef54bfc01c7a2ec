//! Where something is tried: fresh sandboxes, one after the other.
//! Invariant: each is gone when what was to be done in it has been.

use std::time::Duration;

use sandbox::{Sandbox, Sandboxes};

use super::super::trial::in_sandbox;

/// A command, or a script, takes no longer.
pub(super) const PATIENCE: Duration = Duration::from_secs(120);
/// The shell of a new sandbox answers within this time.
pub(super) const START: Duration = Duration::from_secs(60);
/// Sandboxes end by themselves after this many seconds.
const LIFE_SECONDS: i64 = 1800;

/// Sandboxes for one thing that is tried.
pub(super) struct Place<'a> {
    pub(super) sandboxes: &'a Sandboxes,
    /// What the names of its sandboxes begin with.
    pub(super) name: String,
    /// Unix seconds.
    pub(super) now: i64,
}

impl Place<'_> {
    /// Do something in a fresh sandbox whose name ends in `what`.
    pub(super) async fn with<T>(
        &self,
        what: &str,
        act: impl AsyncFnOnce(&Sandbox) -> anyhow::Result<T>,
    ) -> anyhow::Result<T> {
        in_sandbox(self.sandboxes, &format!("{}-{what}", self.name), self.now + LIFE_SECONDS, act).await
    }
}
