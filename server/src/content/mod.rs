//! The content that is served: read from disk at start, and again when the folder changes.
//! Invariant: a reload replaces library and index together; a fault in a file never takes the site down.

use std::{path::PathBuf, sync::Arc};

use arc_swap::ArcSwap;
use domain::problem::Problem;
use library::{Fingerprint, Library, search::Index};

/// What is served at one time.
pub struct Shelf {
    /// Chapters, exercises, cheat sheet.
    pub library: Library,
    /// The search index over them.
    pub index: Index,
    /// Faults found while loading.
    pub problems: Vec<Problem>,
    fingerprint: Fingerprint,
}

impl Shelf {
    /// What the folder looked like when it was read: another one, other content.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }
}

/// The content folder and what was read from it.
pub struct Content {
    root: PathBuf,
    shelf: ArcSwap<Shelf>,
}

impl Content {
    /// Read the folder.
    ///
    /// # Errors
    /// When the search index cannot be made.
    pub fn open(root: PathBuf) -> Result<Self, library::search::IndexError> {
        let shelf = read(&root)?;
        Ok(Self { root, shelf: ArcSwap::from_pointee(shelf) })
    }

    /// What is served now.
    #[must_use]
    pub fn shelf(&self) -> Arc<Shelf> {
        self.shelf.load_full()
    }

    /// Read the folder again when it has changed. True when it has.
    ///
    /// # Errors
    /// When the search index cannot be made; what was served before stays.
    pub fn reload(&self) -> Result<bool, library::search::IndexError> {
        if library::fingerprint(&self.root) == self.shelf.load().fingerprint {
            return Ok(false);
        }
        self.shelf.store(Arc::new(read(&self.root)?));
        Ok(true)
    }
}

fn read(root: &std::path::Path) -> Result<Shelf, library::search::IndexError> {
    // Taken before reading: a change in between is seen at the next look.
    let fingerprint = library::fingerprint(root);
    let (library, problems) = library::load(root);
    for problem in &problems {
        tracing::warn!(%problem, "fault in the content");
    }
    let index = Index::build(&library)?;
    Ok(Shelf { library, index, problems, fingerprint })
}
