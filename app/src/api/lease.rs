//! A lease as the browser sees it.
//! Invariant: `state` alone says which of the optional fields mean something.

use domain::{
    id::{ExerciseId, LeaseId},
    lease::{IsolationLevel, LeaseState},
};
use serde::{Deserialize, Serialize};

/// The body of `POST /api/leases`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewLease {
    /// The exercise to prepare; `None` asks for a free sandbox.
    pub exercise: Option<ExerciseId>,
}

/// A lease, in answers and in `lease` events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// Its id.
    pub id: LeaseId,
    /// The exercise; `None` for a free sandbox.
    pub exercise: Option<ExerciseId>,
    /// Where it stands.
    pub state: LeaseState,
    /// Place in the queue, from 1; while queued.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<u32>,
    /// Seconds until its turn, as far as one can tell; while queued or starting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub eta_seconds: Option<u32>,
    /// When it ends, Unix seconds.
    pub expires_at: i64,
    /// Whether `extend` would be granted now.
    pub may_extend: bool,
    /// The engine inside.
    pub engine: EngineState,
    /// How strongly it is kept from the host.
    pub level: IsolationLevel,
    /// What is going on, a plain sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Why it ended, a plain sentence; once ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_reason: Option<String>,
    /// How to reach what the learner's containers serve; `None` when previews are off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preview: Option<Preview>,
}

/// The learner's own engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EngineState {
    /// Not used yet: it starts at the first use.
    Asleep,
    /// Not answering yet.
    Starting,
    /// Takes commands.
    Ready,
    /// The learner stopped it.
    Stopped,
    /// It did not come up.
    Failed,
}

/// Where previews are served.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preview {
    /// An address with `{port}` in it, on an origin of its own.
    pub template: String,
}

impl Preview {
    /// The address for one port.
    #[must_use]
    pub fn url(&self, port: u16) -> String {
        self.template.replace("{port}", &port.to_string())
    }
}

/// What was made in a sandbox before an entry of the cheat sheet is tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Laid {
    /// Why some of what the entry needs could not be made; absent when nothing is missing.
    pub problem: Option<String>,
}

/// A `warning` event: something that the learner should know soon.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// A plain sentence.
    pub message: String,
}
