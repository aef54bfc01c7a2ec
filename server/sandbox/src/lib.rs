//! Throwaway sandboxes that hold a whole private Docker engine: the only code that knows the Docker API.
//! Invariant: nothing here knows of databases, pages or exercises.

mod config;
mod connection;
mod docker;
mod engine;
mod error;
mod sandbox;
mod terminal;

pub mod nested;
pub mod prepare;

pub use config::SandboxConfig;
pub use docker::DockerEngine;
pub use engine::{Bytes, Engine, Found, Spec};
pub use error::SandboxError;
pub use protocol;
pub use sandbox::{Changes, Program, PutFile, Sandbox};
pub use terminal::{Attached, Output, TerminalInput, TerminalOutput};
