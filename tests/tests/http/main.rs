//! The HTTP surface as a browser and as an attacker meet it: the real server, a real engine, a real database.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod access;
mod bad_input;
mod crash;
mod files;
mod leases;
mod levels;
mod pages;
mod pool;
mod preview;
mod restart;
mod second;
mod terminal;
mod work;
