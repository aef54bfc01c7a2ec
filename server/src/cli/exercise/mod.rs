//! `drydock exercise`: list, prove by doing, and judge again what learners did.

pub(super) mod list;
mod plan;
mod prove;
pub(super) mod regrade;
mod report;
pub(super) mod test;
