//! The tree of files as rows of a list.
//! Invariant: folders come before files, each sorted by name; what is in a closed folder is left out.

use std::collections::BTreeSet;

use crate::api::{FileEntry, FileKind};

/// One row of the tree.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Row {
    /// Relative to the working folder.
    pub path: String,
    /// The last part of the path.
    pub name: String,
    /// How deep, from 0.
    pub depth: usize,
    /// A folder.
    pub is_folder: bool,
}

/// The rows of a tree, without what is in closed folders.
#[must_use]
pub fn rows(entries: &[FileEntry], closed: &BTreeSet<String>) -> Vec<Row> {
    let mut sorted: Vec<&FileEntry> = entries.iter().collect();
    sorted.sort_by_cached_key(|entry| order(entry));
    sorted
        .into_iter()
        .filter(|entry| !folders_above(&entry.path).any(|folder| closed.contains(folder)))
        .map(|entry| Row {
            name: entry.path.rsplit('/').next().unwrap_or_default().to_owned(),
            depth: entry.path.matches('/').count(),
            is_folder: entry.kind == FileKind::Dir,
            path: entry.path.clone(),
        })
        .collect()
}

/// Each part of the path with whether it is a file, so that folders come first at every level.
fn order(entry: &FileEntry) -> Vec<(bool, String)> {
    let parts: Vec<&str> = entry.path.split('/').collect();
    let last = parts.len() - 1;
    parts
        .into_iter()
        .enumerate()
        .map(|(index, part)| (index == last && entry.kind == FileKind::File, part.to_owned()))
        .collect()
}

fn folders_above(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(at, _)| &path[..at])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(path: &str, kind: FileKind) -> FileEntry {
        FileEntry { path: path.into(), kind, size: 1, mode: 0o644 }
    }

    #[test]
    fn folders_first_and_closed_ones_hide_what_is_in_them() {
        let entries = [
            entry("Dockerfile", FileKind::File),
            entry("app", FileKind::Dir),
            entry("app/run", FileKind::File),
            entry("app/lib", FileKind::Dir),
            entry("app/lib/x", FileKind::File),
            entry("app-notes", FileKind::File),
        ];
        let shown = |closed: &[&str]| {
            let closed = closed.iter().map(|path| (*path).to_owned()).collect();
            rows(&entries, &closed)
                .into_iter()
                .map(|row| format!("{}{}", " ".repeat(row.depth), row.name))
                .collect::<Vec<_>>()
        };
        assert_eq!(shown(&[]), ["app", " lib", "  x", " run", "Dockerfile", "app-notes"]);
        assert_eq!(shown(&["app/lib"]), ["app", " lib", " run", "Dockerfile", "app-notes"]);
        assert_eq!(shown(&["app"]), ["app", "Dockerfile", "app-notes"]);
    }
}
