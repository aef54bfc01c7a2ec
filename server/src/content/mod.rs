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

#[cfg(test)]
mod tests {
    use std::{
        collections::BTreeSet,
        path::Path,
        sync::atomic::{AtomicBool, Ordering},
    };

    use super::*;

    /// The only chapter, in one of two editions: each has a word that the other has not, and another address.
    fn publish(root: &Path, word: &str) {
        let folder = root.join("chapters/07-images");
        std::fs::create_dir_all(&folder).unwrap();
        let part = "number = 7\ntitle = \"Images\"\nsummary = \"S.\"\n";
        std::fs::write(folder.join("part.toml"), part).unwrap();
        let sections: String = (0..60).map(|n| format!("## Section {n}\n\nAlways here, and {word}.\n\n")).collect();
        let text = format!(
            "+++\ntitle = \"Of {word}\"\norder = 1\nsummary = \"S.\"\ntags = []\nminutes = 5\nchecked_with = \"Engine 26.1\"\n+++\n{sections}"
        );
        // As an editor saves: the old file until the new one is whole, and never two.
        let draft = root.join("draft");
        std::fs::write(&draft, text).unwrap();
        for old in std::fs::read_dir(&folder).unwrap().map(|it| it.unwrap().path()) {
            if old.extension().is_some_and(|it| it == "md") {
                std::fs::remove_file(old).unwrap();
            }
        }
        std::fs::rename(draft, folder.join(format!("01-{word}.md"))).unwrap();
    }

    #[test]
    fn whoever_asks_during_a_reload_sees_the_old_or_the_new_and_never_neither() {
        const EDITIONS: [&str; 2] = ["amber", "cobalt"];
        let root = tempfile::tempdir().unwrap();
        publish(root.path(), EDITIONS[0]);
        let content = Content::open(root.path().to_owned()).unwrap();
        assert_eq!(content.shelf().problems, []);
        let over = AtomicBool::new(false);
        let seen = std::thread::scope(|scope| {
            let ask = || {
                let (mut asked, mut seen) = (0_u32, BTreeSet::new());
                while !over.load(Ordering::Relaxed) {
                    let shelf = content.shelf();
                    let found = EDITIONS.map(|word| shelf.index.search(word, None, 100).hits);
                    let there = usize::from(found[0].is_empty());
                    let [hits, none] = if there == 0 { [&found[0], &found[1]] } else { [&found[1], &found[0]] };
                    assert_eq!((hits.len(), none.len()), (61, 0), "whole, and of one edition");
                    // What is found can be opened.
                    let chapters: Vec<String> = shelf.library.chapters().iter().map(|chapter| chapter.url()).collect();
                    assert_eq!(chapters, [format!("/chapters/{}", EDITIONS[there])]);
                    assert!(hits.iter().all(|hit| hit.url.starts_with(&chapters[0])));
                    asked += 1;
                    seen.insert(there);
                }
                (asked, seen)
            };
            let askers = [scope.spawn(ask), scope.spawn(ask), scope.spawn(ask)];
            for round in 1..=6 {
                publish(root.path(), EDITIONS[round % 2]);
                assert!(content.reload().unwrap());
                assert!(!content.reload().unwrap(), "nothing has changed since");
                let now = content.shelf().index.search(EDITIONS[round % 2], None, 1).hits;
                assert_eq!(now.len(), 1, "the new one from here on");
            }
            over.store(true, Ordering::Relaxed);
            askers.map(|asker| asker.join().unwrap())
        });
        for (asked, seen) in seen {
            assert!(asked > 1 && seen.len() == 2, "{asked} asked, {seen:?} seen");
        }
    }
}
