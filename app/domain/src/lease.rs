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
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IsolationLevel {
    /// A child user namespace under a container without privilege.
    Userns,
    /// The same under Sysbox, whose containers are user namespaces of their own already.
    SysboxRunc,
    /// The same under gVisor: the learner's calls meet a kernel that is an ordinary program of the host.
    Runsc,
    /// The same in a virtual machine.
    Kata,
}

impl IsolationLevel {
    /// All of them, the strongest first.
    pub const ALL: [Self; 4] = [Self::Kata, Self::Runsc, Self::SysboxRunc, Self::Userns];

    /// As in labels and settings.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Userns => "userns",
            Self::SysboxRunc => "sysbox-runc",
            Self::Runsc => "runsc",
            Self::Kata => "kata",
        }
    }

    /// From a label or a setting.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.as_str() == text)
    }

    /// What it is, for people.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Userns => "a user namespace of its own under a container without privilege",
            Self::SysboxRunc => "a user namespace of its own under a container of Sysbox",
            Self::Runsc => "a user namespace of its own under gVisor, a kernel apart from the host's",
            Self::Kata => "a user namespace of its own in a virtual machine of Kata Containers",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_named_in_one_way_everywhere() {
        for level in IsolationLevel::ALL {
            assert_eq!(IsolationLevel::parse(level.as_str()), Some(level));
            assert_eq!(serde_json::to_string(&level).ok(), Some(format!("\"{}\"", level.as_str())));
        }
        assert_eq!(IsolationLevel::parse("privileged"), None);
    }

    #[test]
    fn the_strongest_comes_first() {
        assert!(IsolationLevel::ALL.is_sorted_by(|one, next| one > next));
    }
}
