//! Where a learner stands with a sandbox.
//! Invariant: `Ready` is the only phase in which terminals, files and checks work.

use domain::lease::LeaseState;

use crate::api::{EngineState, Lease};

/// Where a learner stands with a sandbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Phase {
    /// There is none yet.
    Idle,
    /// Waiting for a turn.
    Queued {
        /// Place, from 1.
        position: Option<u32>,
        /// Seconds until then.
        eta_seconds: Option<u32>,
    },
    /// Being made.
    Starting {
        /// Seconds until ready.
        eta_seconds: Option<u32>,
    },
    /// There and living.
    Ready {
        /// The engine inside.
        engine: EngineState,
    },
    /// Gone.
    Ended(LeaseOutcome),
}

/// Why a sandbox is gone, in words for the learner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeaseOutcome {
    /// What happened.
    pub reason: String,
}

impl Phase {
    /// From a lease, if there is one.
    #[must_use]
    pub fn of(lease: Option<&Lease>) -> Self {
        let Some(lease) = lease else { return Self::Idle };
        match lease.state {
            LeaseState::Queued => Self::Queued { position: lease.position, eta_seconds: lease.eta_seconds },
            LeaseState::Starting => Self::Starting { eta_seconds: lease.eta_seconds },
            LeaseState::Ready => Self::Ready { engine: lease.engine },
            LeaseState::Ended => {
                let reason = lease.end_reason.clone().unwrap_or_else(|| "The sandbox has ended.".to_owned());
                Self::Ended(LeaseOutcome { reason })
            }
        }
    }

    /// Whether terminals, files and checks work.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        matches!(self, Self::Ready { .. })
    }

    /// Whether something is under way that the learner waits for.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        matches!(self, Self::Queued { .. } | Self::Starting { .. })
    }

    /// In a few words, for the status beside the terminals.
    #[must_use]
    pub fn words(&self) -> &'static str {
        match self {
            Self::Idle => "No sandbox yet",
            Self::Queued { .. } => "In the queue",
            Self::Starting { .. } => "Starting",
            Self::Ready { engine: EngineState::Asleep } => "Sandbox ready",
            Self::Ready { engine: EngineState::Starting } => "Engine is starting",
            Self::Ready { engine: EngineState::Ready } => "Engine ready",
            Self::Ready { engine: EngineState::Stopped } => "Engine stopped",
            Self::Ready { engine: EngineState::Failed } => "Engine failed",
            Self::Ended(_) => "Ended",
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::{id::LeaseId, lease::IsolationLevel};

    use super::*;

    fn lease(state: LeaseState) -> Lease {
        Lease {
            id: LeaseId("l".into()),
            exercise: None,
            state,
            position: Some(2),
            eta_seconds: Some(9),
            expires_at: 0,
            may_extend: false,
            engine: EngineState::Starting,
            level: IsolationLevel::Userns,
            message: None,
            end_reason: None,
            preview: None,
        }
    }

    #[test]
    fn phases_follow_the_lease() {
        assert_eq!(Phase::of(None), Phase::Idle);
        assert_eq!(
            Phase::of(Some(&lease(LeaseState::Queued))),
            Phase::Queued { position: Some(2), eta_seconds: Some(9) }
        );
        assert!(Phase::of(Some(&lease(LeaseState::Starting))).is_waiting());
        assert_eq!(Phase::of(Some(&lease(LeaseState::Ready))), Phase::Ready { engine: EngineState::Starting });
        let ended = Lease { end_reason: Some("Time is up.".into()), ..lease(LeaseState::Ended) };
        assert_eq!(Phase::of(Some(&ended)), Phase::Ended(LeaseOutcome { reason: "Time is up.".into() }));
        assert_eq!(
            Phase::of(Some(&lease(LeaseState::Ended))),
            Phase::Ended(LeaseOutcome { reason: "The sandbox has ended.".into() })
        );
    }
}
