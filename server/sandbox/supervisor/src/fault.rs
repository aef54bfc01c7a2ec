//! What can go wrong in the supervisor, with the step that failed.

use std::error::Error as _;

/// A failed step.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    /// Called with other words than `init` and `connect`.
    #[error("usage: supervisor init|connect")]
    Usage,
    /// The setup document is missing or cannot be read.
    #[error("the setup document is missing or cannot be read: {0}")]
    Setup(String),
    /// A call of the system failed.
    #[error("cannot {doing}")]
    System {
        /// The step.
        doing: String,
        /// Why.
        source: std::io::Error,
    },
    /// The other side of a stream broke off or sent what it should not.
    #[error("the other side broke off or sent what it should not: {0}")]
    Peer(String),
    /// The learner's side of the sandbox is gone.
    #[error("the sandbox's inner init ended")]
    InnerEnded,
}

impl Fault {
    /// The message with its causes.
    pub(crate) fn chain(&self) -> String {
        let mut text = self.to_string();
        let mut cause = self.source();
        while let Some(error) = cause {
            text.push_str(": ");
            text.push_str(&error.to_string());
            cause = error.source();
        }
        text
    }
}

/// Names the step of a failed system call.
pub(crate) trait Doing<T> {
    /// Wrap the error with what was being done.
    fn doing(self, what: impl Into<String>) -> Result<T, Fault>;
}

impl<T, E: Into<std::io::Error>> Doing<T> for Result<T, E> {
    fn doing(self, what: impl Into<String>) -> Result<T, Fault> {
        self.map_err(|error| Fault::System { doing: what.into(), source: error.into() })
    }
}
