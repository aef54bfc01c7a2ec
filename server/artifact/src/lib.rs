//! Image archives in, facts out: reads what `docker save` streams, in one pass and without a file or a network.
//! Invariant: an archive that is malformed, ambiguous or over a limit is [`Invalid`]; there are no facts of half an archive.

mod assemble;
mod budget;
mod config;
mod contents;
mod document;
mod encoded;
pub mod facts;
mod findings;
mod invalid;
mod job;
mod layer;
mod manifest;
mod name;
mod needles;
mod nested;
mod oci;
mod read;
mod sniff;
mod tape;
mod tree;
pub mod worker;

pub use facts::Report;
pub use invalid::Invalid;
pub use job::{Job, Limits, Wanted};
pub use read::read_archive;
