//! Islands: the parts of pages that live in the browser.
//! Invariant: before they wake they render something that makes sense without them.
#![expect(unreachable_pub, reason = "`#[island]` repeats the visibility on a function of its own making")]

mod bench;
mod browser;
mod checks;
mod dialog;
mod drawer;
mod help;
mod palette;
mod stands;
#[cfg(all(feature = "ssr", debug_assertions))]
pub(crate) mod stills;
mod workbench;

pub use checks::Checks;
pub use drawer::Drawer;
pub use help::Help;
pub use palette::Palette;
pub use stands::Stands;
pub use workbench::Workbench;
