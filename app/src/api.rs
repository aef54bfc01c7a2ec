//! What goes over the wire between islands and server: the JSON of `/api`.
//! Invariant: both sides use these very types, so they cannot disagree.

mod files;
mod lease;
mod search;
mod teaching;

pub use files::{FileEntry, FileKind, Port};
pub use lease::{EngineState, Laid, Lease, NewLease, Preview, Warning};
pub use search::{Facet, HitKind, LONGEST_QUERY, SearchHit, SearchResults};
pub use teaching::{Looking, RevealedHint, Solution, SolutionFile};

use serde::{Deserialize, Serialize};

/// The body of every answer that is not a success.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// A stable word for programs, e.g. `no_capacity`.
    pub error: String,
    /// What happened, a sentence for people.
    pub detail: String,
    /// What to do next, a sentence for people; empty when there is nothing to do.
    #[serde(default)]
    pub next: String,
}
