//! What can go wrong, one variant for each operation, with its cause.

use protocol::Refusal;

use crate::engine::status_of;

/// The error beneath.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// An operation of the host's engine failed.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The engine's address makes no sense.
    #[error("the engine's address {address:?} cannot be used")]
    Address {
        /// As given.
        address: String,
        /// Why.
        source: Cause,
    },
    /// It does not answer, or not what it should.
    #[error("the Docker engine does not answer")]
    Info(#[source] Cause),
    /// This user may not use it.
    #[error(
        "this user may not use the Docker engine: run as root, or `sudo usermod -aG docker $USER` and log in again"
    )]
    Denied,
    /// It did not answer in time.
    #[error("the Docker engine did not {0} in time")]
    Slow(&'static str),
    /// The images are missing.
    #[error("the sandbox image is not prepared; run `drydock prepare`")]
    NotPrepared,
    /// The container is gone or does not run.
    #[error("the sandbox is gone")]
    Gone,
    /// A container could not be created.
    #[error("the sandbox could not be created")]
    Create(#[source] Cause),
    /// A container could not be started.
    #[error("the sandbox could not be started")]
    Start(#[source] Cause),
    /// The supervisor could not be reached.
    #[error("the sandbox could not be reached")]
    Connect(#[source] Cause),
    /// A container could not be inspected.
    #[error("the sandbox could not be inspected")]
    Inspect(#[source] Cause),
    /// Containers could not be listed.
    #[error("sandboxes could not be listed")]
    List(#[source] Cause),
    /// What a container put out at its end could not be heard.
    #[error("the sandbox's last words could not be heard")]
    LastWords(#[source] Cause),
    /// A container could not be removed.
    #[error("the sandbox could not be removed")]
    Remove(#[source] Cause),
}

impl EngineError {
    /// True when the engine could not be reached, did not answer in time or answered what makes no sense: the same may
    /// succeed once it is back. False when it said that it cannot.
    #[must_use]
    pub fn is_outage(&self) -> bool {
        match self {
            Self::Slow(_) => true,
            other => other.cause().is_some_and(|cause| matches!(status_of(cause), None | Some(502..=504))),
        }
    }

    /// True when the engine said that its disk is full.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.cause().is_some_and(|cause| cause.to_string().contains("no space left on device"))
    }

    fn cause(&self) -> Option<&Cause> {
        match self {
            Self::Info(cause)
            | Self::Create(cause)
            | Self::Start(cause)
            | Self::Connect(cause)
            | Self::Inspect(cause)
            | Self::List(cause)
            | Self::LastWords(cause)
            | Self::Remove(cause) => Some(cause),
            Self::Address { .. } | Self::Denied | Self::Slow(_) | Self::NotPrepared | Self::Gone => None,
        }
    }
}

/// An operation on a sandbox failed.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// The host's engine failed.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The supervisor ended at once; its last words.
    #[error("the sandbox did not start: {words}")]
    DidNotStart {
        /// What it put out.
        words: String,
    },
    /// The connection broke during the operation.
    #[error("the connection to the sandbox broke while it was to {doing}")]
    Lost {
        /// The operation.
        doing: &'static str,
        /// Why.
        source: std::io::Error,
    },
    /// It took too long.
    #[error("the sandbox did not {doing} in time")]
    Slow {
        /// The operation.
        doing: &'static str,
    },
    /// The supervisor refused.
    #[error("{message}")]
    Refused {
        /// Why, for programs.
        refusal: Refusal,
        /// Why, for people.
        message: String,
    },
    /// The answer was longer than the caller allowed.
    #[error("what the sandbox sent to {doing} is longer than {limit} bytes")]
    TooLong {
        /// The operation.
        doing: &'static str,
        /// The limit, bytes.
        limit: u64,
    },
    /// The supervisor sent something else than expected.
    #[error("the sandbox answered something that was not asked when it was to {doing}")]
    Unexpected {
        /// The operation.
        doing: &'static str,
        /// Why, where the answer could not even be read.
        source: Option<protocol::FrameError>,
    },
    /// The request for the learner's engine makes no sense.
    #[error("the request to the sandbox's engine cannot be sent")]
    EngineRequest(#[source] http::Error),
    /// The learner's engine broke off or does not speak HTTP.
    #[error("the sandbox's engine broke off or does not speak HTTP")]
    EngineAnswer(#[source] hyper::Error),
    /// The container runs another supervisor than this server knows.
    #[error("the sandbox speaks version {0} of the protocol")]
    Version(u32),
    /// No sandbox can be had at the isolation level that is wanted; why, and what to do, in whole sentences.
    #[error("{0}")]
    NoLevel(String),
    /// A process of the outer container runs as its root: it must not be used.
    #[error("the sandbox failed its own check: a process outside the learner's namespaces runs as root")]
    Unsafe,
}

/// Images could not be prepared.
#[derive(Debug, thiserror::Error)]
pub enum PrepareError {
    /// The host's engine failed.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The first sandbox, which makes the golden volume, failed.
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
    /// This host cannot run sandboxes.
    #[error("this host cannot run sandboxes: {found}; {remedy}")]
    Host {
        /// What was found.
        found: String,
        /// What to do.
        remedy: String,
    },
    /// The first sandbox ended at once.
    #[error("the first sandbox did not start: {words}; {remedy}")]
    DidNotStart {
        /// What it put out.
        words: String,
        /// What to do.
        remedy: &'static str,
    },
    /// A program that is needed is missing or failed.
    #[error("{program} failed: {detail}")]
    Program {
        /// Its name.
        program: &'static str,
        /// What it said, or why it could not be started.
        detail: String,
    },
    /// A build context could not be packed.
    #[error("the build context of {image} could not be packed")]
    Context {
        /// The image.
        image: String,
        /// Why.
        source: std::io::Error,
    },
    /// An image could not be made.
    #[error("the image {image} could not be made")]
    Image {
        /// The image.
        image: String,
        /// Why.
        source: Cause,
    },
    /// The golden volume could not be made.
    #[error("the golden volume could not be made: {doing}")]
    Golden {
        /// The step.
        doing: String,
        /// Why.
        source: Cause,
    },
}
