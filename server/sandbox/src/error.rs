//! What can go wrong with a sandbox: one variant per operation, with its cause.

use std::time::Duration;

use protocol::Refusal;

/// A failed operation.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// No engine can be reached.
    #[error("no Docker engine answers at {address}")]
    Reach {
        /// Where it was looked for.
        address: String,
        /// Why.
        source: bollard::errors::Error,
    },
    /// The engine refused or failed.
    #[error("the Docker engine could not {doing}")]
    Engine {
        /// What was asked, e.g. "create a container".
        doing: &'static str,
        /// Why.
        source: bollard::errors::Error,
    },
    /// The sandbox is gone.
    #[error("the sandbox is gone")]
    Gone,
    /// The connection to the supervisor broke.
    #[error("the connection to the sandbox broke")]
    Broken {
        /// How.
        reason: String,
    },
    /// The supervisor refused.
    #[error("{message}")]
    Refused {
        /// Why, for programs.
        refusal: Refusal,
        /// Why, for people.
        message: String,
    },
    /// It took too long.
    #[error("{doing} took longer than {limit:?}")]
    TooSlow {
        /// What.
        doing: &'static str,
        /// The limit.
        limit: Duration,
    },
    /// An answer is larger than the limit.
    #[error("{what} is larger than {limit} bytes")]
    TooLarge {
        /// What.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
    /// The sandbox's own engine answered what cannot be understood.
    #[error("the sandbox's engine answered what cannot be understood")]
    Nested {
        /// How.
        reason: String,
    },
    /// The sandbox image or the golden volume is not prepared.
    #[error("the sandbox image is not prepared; run `drydock prepare`")]
    NotPrepared,
    /// Preparing failed.
    #[error("cannot {step}")]
    Prepare {
        /// The step.
        step: String,
        /// Why, with the end of the output.
        reason: String,
    },
}

impl SandboxError {
    pub(crate) fn engine(doing: &'static str) -> impl FnOnce(bollard::errors::Error) -> Self {
        move |source| match source {
            bollard::errors::Error::DockerResponseServerError { status_code: 404, .. } if doing.contains("container") => {
                Self::Gone
            }
            source => Self::Engine { doing, source },
        }
    }

    pub(crate) fn broken(reason: impl std::fmt::Display) -> Self {
        Self::Broken { reason: reason.to_string() }
    }

    /// True when the same may succeed over a new connection.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        matches!(self, Self::Broken { .. })
    }

    /// True when there is no such file, terminal, listener or container.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Gone | Self::Refused { refusal: Refusal::NotFound, .. })
    }
}
