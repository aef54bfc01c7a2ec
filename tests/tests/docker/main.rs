//! Sandboxes on a real Docker engine. The names are guarantees.
//! Invariant: every test removes what it made, also when it fails; images and the golden volume are shared caches.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod archives;
mod bombs;
mod busy;
mod closing;
mod escape;
mod explosions;
mod faults;
mod files;
mod harness;
mod hosts;
mod intruder;
mod kernel;
mod leftovers;
mod levels;
mod lifecycle;
mod limits;
mod nested;
mod network;
mod programs;
mod refusals;
mod shared;
mod terminal;
mod traps;
