//! Leases: the right to one sandbox until a time, and the states one goes through.
//! Invariant: `Ended` is final; every other state may go to `Ended`.

use serde::{Deserialize, Serialize};

/// Where a lease stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeaseState {
    /// Waiting for its turn.
    Queued,
    /// The sandbox is being made.
    Starting,
    /// The sandbox takes terminals and files; its engine may still be starting.
    Ready,
    /// The sandbox is gone, or could not be made.
    Ended,
}

impl LeaseState {
    /// As stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Starting => "starting",
            Self::Ready => "ready",
            Self::Ended => "ended",
        }
    }

    /// From what is stored.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Queued, Self::Starting, Self::Ready, Self::Ended].into_iter().find(|state| state.as_str() == text)
    }

    /// Whether a lease may go from this state to `next`.
    #[must_use]
    pub fn may_become(self, next: Self) -> bool {
        matches!(
            (self, next),
            (Self::Queued, Self::Starting | Self::Ended)
                | (Self::Starting, Self::Ready | Self::Ended | Self::Queued)
                | (Self::Ready, Self::Ended)
        )
    }
}

/// How strongly a sandbox is kept from the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IsolationLevel {
    /// A child user namespace under a container without privilege.
    Userns,
}

impl IsolationLevel {
    /// As in labels and settings.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Userns => "userns",
        }
    }

    /// Whether it can give what an exercise needs.
    #[must_use]
    pub fn offers(self, need: crate::exercise::Need) -> bool {
        use crate::exercise::Need;
        match self {
            Self::Userns => matches!(need, Need::Build | Need::Run | Need::Compose | Need::Swarm),
        }
    }
}
