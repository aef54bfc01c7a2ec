//! Content: read from disk, checked, rendered to HTML, and indexed for search.
//! Invariant: a fault in one file is a [`domain::problem::Problem`] and leaves out that file alone; nothing
//! here fails as a whole, is async, or writes anything.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::panic, reason = "tests"))]

mod chapter;
mod coverage;
mod entry;
mod exercise;
mod image;
mod library;
mod lines;
mod load;
mod render;
pub mod search;

pub use crate::{
    chapter::{Chapter, Command, Section, Try},
    coverage::{Covered, coverage},
    entry::{EntryGroup, RenderedEntry, RenderedFlag},
    exercise::{Case, ContentFile, Exercise},
    image::{Image, ImageKind},
    library::{Contents, Library},
    load::{Fingerprint, MOST_ESSENTIAL, Tree, fingerprint, load, load_tree},
    render::{Rendered, Shape, ShownImage, Source, highlight::highlight_html, render, together::together},
};
