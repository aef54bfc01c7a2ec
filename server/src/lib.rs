//! The drydock server: everything that touches the world.
//!
//! `cli` starts it; `http` answers; `lease` makes and ends sandboxes; `grading` looks and judges; `store` remembers.

#![cfg_attr(test, expect(clippy::unwrap_used, reason = "tests"))]

pub mod cli;
pub mod clock;
pub mod config;
pub mod content;
pub mod grading;
pub mod http;
pub mod lease;
pub mod pages;
pub mod random;
pub mod state;
pub mod store;
