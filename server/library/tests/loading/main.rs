//! Loading: what good content becomes, and that every fault is told with its file and line.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod curriculum;
mod disk;
mod faults;
mod good;

use std::collections::BTreeMap;

use library::{Library, Tree, load_tree};

/// Files by path; starts as content without any fault.
pub struct Content(BTreeMap<String, String>);

impl Content {
    /// One chapter, one cheat-sheet file, one exercise with a solution and three wrong solutions.
    pub fn sound() -> Self {
        let mut files = BTreeMap::new();
        for (path, text) in [
            ("chapters/07-images/part.toml", include_str!("sound/part.toml")),
            ("chapters/07-images/01-layers.md", include_str!("sound/layers.md")),
            ("chapters/07-images/img/layers.svg", include_str!("sound/layers.svg")),
            ("cheatsheet/07-images.toml", include_str!("sound/entries.toml")),
            ("exercises/flatten/exercise.toml", include_str!("sound/exercise.toml")),
            ("exercises/flatten/task.md", include_str!("sound/task.md")),
            ("exercises/flatten/start/Dockerfile", "FROM debian:13\n"),
            ("exercises/flatten/start/.dockerignore", ".git\n"),
            ("exercises/flatten/start/setup.sh", "docker build -t base .\n"),
            ("exercises/flatten/cases/solved/case.toml", "title = \"Right\"\nexplains = \"Because **so**.\"\n"),
            ("exercises/flatten/cases/solved/solve.sh", "docker build -t app:flat .\n"),
            ("exercises/flatten/cases/solved/Dockerfile", "FROM scratch\n"),
            ("exercises/flatten/cases/wrong-a/case.toml", "title = \"A\"\nfails = [\"image-there\"]\n"),
            ("exercises/flatten/cases/wrong-a/solve.sh", "true\n"),
            ("exercises/flatten/cases/wrong-b/case.toml", "title = \"B\"\nfails = [\"no-secret\"]\n"),
            ("exercises/flatten/cases/wrong-b/solve.sh", "true\n"),
            ("exercises/flatten/cases/wrong-c/case.toml", "title = \"C\"\nfails = [\"rebuilds\", \"no-secret\"]\n"),
            ("exercises/flatten/cases/wrong-c/Dockerfile", "FROM x\n"),
        ] {
            files.insert(path.to_owned(), text.to_owned());
        }
        Self(files)
    }

    /// With a file added or replaced.
    pub fn with(mut self, path: &str, text: &str) -> Self {
        self.0.insert(path.to_owned(), text.to_owned());
        self
    }

    /// Without a file.
    pub fn without(mut self, path: &str) -> Self {
        assert!(self.0.remove(path).is_some(), "{path}");
        self
    }

    /// With every `from` in a file changed to `to`.
    pub fn changed(mut self, path: &str, from: &str, to: &str) -> Self {
        let text = self.0.get_mut(path).unwrap_or_else(|| panic!("{path}"));
        assert!(text.contains(from), "{path} has no {from}");
        *text = text.replace(from, to);
        self
    }

    /// Loads it; problems as `file:line: message`.
    pub fn load(self) -> (Library, Vec<String>) {
        let (library, problems) = load_tree(&Tree::of_texts(self.0));
        (library, problems.iter().map(ToString::to_string).collect())
    }
}
