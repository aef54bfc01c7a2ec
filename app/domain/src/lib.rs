//! Nouns and rules of Drydock: content, checks, probes, verdicts, leases, progress.
//!
//! Invariant: nothing here does I/O, is async or reads a clock. Times come in as arguments,
//! bytes as slices, and what was seen in a sandbox as [`evidence::Evidence`].

pub mod attempt;
pub mod chapter;
pub mod check;
pub mod curriculum;
pub mod entry;
pub mod evidence;
pub mod exercise;
pub mod expectation;
pub mod feedback;
pub mod id;
pub mod judge;
pub mod lease;
pub mod probe;
pub mod problem;
pub mod progress;
pub mod regrade;
pub mod template;
pub mod verdict;
pub mod visible;
