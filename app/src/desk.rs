//! What the workbench knows, apart from the browser: where a lease stands, how grading goes, the tree of files, the open
//! file.
//! Invariant: pure; every function can be tested with literals.

mod draft;
mod files;
mod grading;
mod phase;

pub use draft::{Draft, Saving};
pub use files::{Row, rows};
pub use grading::{Grading, Mark};
pub use phase::{LeaseOutcome, Phase};
