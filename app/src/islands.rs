//! Islands: the parts of pages that live in the browser.
//! Invariant: before they wake they render something that makes sense without them.

mod palette;

pub use palette::Palette;
