//! `drydock exercise`: list, and prove by doing.

pub(super) mod list;
mod prove;
mod report;
pub(super) mod test;
