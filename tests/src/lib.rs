//! What tests and measurements share: a real server of their own, learners, and a learner's terminal.
//! Invariant: whatever is made here ends with its owner, also when that fails.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests and measurements only")]

pub mod client;
pub mod engine;
pub mod events;
pub mod host;
pub mod server;
pub mod soak;
pub mod terminal;

pub use client::Learner;
pub use engine::{Fault, FaultyWay, Mode, Operation};
pub use events::Events;
pub use server::{Server, binary};
pub use terminal::{Socket, Terminal, next, socket};
