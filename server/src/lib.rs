//! The drydock server: everything that touches the world.
//!
//! `cli` starts it; `http` answers; `pool` makes sandboxes ahead; `lease` gives
//! them out and ends them; `grading` looks and judges; `store` remembers.

#![cfg_attr(test, expect(clippy::unwrap_used, reason = "tests"))]

pub mod cli;
pub mod clock;
pub mod config;
pub mod content;
pub mod grading;
pub mod host;
pub mod http;
pub mod lease;
pub mod pages;
pub mod pool;
pub mod random;
pub mod state;
pub mod store;
