//! What the fuzzer feeds: seeds, changes to them that are drawn from a number, and what must hold of the answers.

pub mod change;
pub mod draw;
pub mod oracle;
pub mod seeds;
