//! The HTTP surface as a browser and as an attacker meet it: the real server, a real engine, a real database.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod access;
mod agreement;
mod alone;
mod bad_input;
mod crash;
mod database_faults;
mod engine_faults;
mod exercise;
mod feedback;
mod files;
mod leases;
mod levels;
mod lint;
mod pages;
mod pool;
mod preview;
mod restart;
mod second;
mod soak;
mod socket_faults;
mod sub_path;
mod terminal;
mod work;
