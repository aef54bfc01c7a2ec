//! Components shared by pages and islands.
//! Invariant: they are plain functions of their arguments and keep no state.

pub mod card;
pub mod icon;
pub mod phrase;
pub mod print;
pub mod time;
pub mod way_on;
