//! `drydock exercise`: list, and prove by doing.

pub(super) mod list;
pub(super) mod test;
