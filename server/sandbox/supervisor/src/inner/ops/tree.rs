//! The files below a folder, links not followed, bounded in number and depth.

use std::{fs, path::Path};

use protocol::{Answer, FileMeta};

use super::files::meta;
use crate::wire;

const DEEPEST: usize = 32;
/// The answer has to fit one frame.
const MOST: usize = 2_000;

pub(super) fn tree(path: &str, limit: usize) -> Answer {
    let root = Path::new(path);
    if let Err(error) = fs::read_dir(root) {
        return wire::refused(&format!("read {path}"), &error);
    }
    let mut files = Vec::new();
    let truncated = !collect(root, root, 0, limit.min(MOST), &mut files);
    Answer::Tree { files, truncated }
}

/// False when the limit was reached.
fn collect(root: &Path, folder: &Path, depth: usize, limit: usize, files: &mut Vec<FileMeta>) -> bool {
    // A folder that vanished meanwhile has no files.
    let Ok(entries) = fs::read_dir(folder) else { return true };
    let mut entries: Vec<_> = entries.flatten().collect();
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        if files.len() >= limit {
            return false;
        }
        let Ok(found) = entry.metadata() else { continue };
        let path = entry.path();
        let Some(relative) = path.strip_prefix(root).ok().and_then(Path::to_str) else { continue };
        files.push(meta(relative.to_owned(), &found));
        if found.is_dir() && depth < DEEPEST && !collect(root, &path, depth + 1, limit, files) {
            return false;
        }
    }
    true
}
