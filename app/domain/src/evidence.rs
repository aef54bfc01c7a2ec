//! Evidence: what a probe saw, or why nothing could be seen.
//! Facts are a JSON document whose shape each probe documents.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What came of looking.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "looked", rename_all = "snake_case")]
pub enum Evidence {
    /// It was seen.
    Seen {
        /// In the probe's documented shape.
        facts: Value,
    },
    /// What was to be taken out is not there or not a valid artefact; this is the learner's to mend and never a pass.
    Invalid {
        /// A plain sentence.
        reason: String,
    },
    /// An infrastructure fault: never shown as a wrong answer.
    CouldNotLook {
        /// A plain sentence.
        reason: String,
    },
}
