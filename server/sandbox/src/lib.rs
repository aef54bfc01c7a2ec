//! Sandboxes: throwaway containers that hold a whole private Docker engine.
//! Invariant: no other crate knows bollard, Docker's flags or the supervisor's protocol.
//!
//! [`DockerEngine`] speaks to the host's engine. [`prepare`] makes the images once. [`Sandboxes`] creates, finds and
//! removes; a [`Sandbox`] is the handle to one: terminals, programs, files, its engine's API, its ports.

mod config;
mod driver;
mod engine;
mod engine_api;
mod error;
mod files;
mod handle;
mod host;
mod inputs;
mod labels;
mod level;
mod limits;
mod link;
mod offer;
pub mod prepare;
pub mod probe;
mod program;
mod spec;
mod terminal;
mod time;

pub use domain::check::Host;

pub use config::{ConfigProblem, ImageSource, SandboxConfig};
pub use driver::Sandboxes;
pub use engine::{
    ByteStream, ContainerId, DockerEngine, Engine, EngineInfo, Fault, FaultyEngine, Found, LastWords, NewContainer,
    Operation,
};
pub use engine_api::{EngineBody, EngineRequest, EngineResponse, Limits};
pub use error::{Cause, EngineError, PrepareError, SandboxError};
pub use files::{FileContent, Watch};
pub use handle::{EngineStates, Sandbox};
pub use level::{LevelChoice, NoSuchLevel};
pub use offer::Offer;
pub use prepare::preloaded;
pub use program::Program;
pub use protocol::{
    EngineState, FileKind, FileMeta, Hello, ListeningPort, Ran, Refusal, Stats, TerminalInfo, WORK_DIR,
};
pub use terminal::{Terminal, TerminalEvent, TerminalInput};
