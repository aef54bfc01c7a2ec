//! One module per route; each turns its view model into a sheet.
//! Invariant: each page has exactly one `h1`.

pub(crate) mod chapter;
pub(crate) mod chapters;
pub(crate) mod cheat_sheet;
#[cfg(debug_assertions)]
pub(crate) mod design;
pub(crate) mod entry_group;
pub(crate) mod essential;
pub(crate) mod exercise;
pub(crate) mod exercises;
mod feedback;
pub(crate) mod home;
pub(crate) mod problem;
pub(crate) mod progress;
pub(crate) mod search;
pub(crate) mod whole_part;
pub(crate) mod whole_sheet;
