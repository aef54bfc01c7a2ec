//! The files below a folder, links not followed, bounded in number, depth and the length of the answer.

use std::{fs, path::Path};

use protocol::{Answer, FileMeta, MAX_FRAME};

use super::files::meta;
use crate::wire;

const DEEPEST: usize = 32;
const MOST: usize = 2_000;
/// The answer has to fit one frame; what stands around the list takes less than this.
const AROUND: usize = 1024;

/// What was found, and how much more may be.
struct Listing {
    files: Vec<FileMeta>,
    files_left: usize,
    bytes_left: usize,
}

impl Listing {
    /// False when there is no room for it.
    fn take(&mut self, file: FileMeta) -> bool {
        // With the comma that follows. What cannot be written down takes no room, and never comes.
        let bytes = serde_json::to_vec(&file).map_or(0, |text| text.len() + 1);
        if self.files_left == 0 || bytes > self.bytes_left {
            return false;
        }
        self.files_left -= 1;
        self.bytes_left -= bytes;
        self.files.push(file);
        true
    }
}

pub(super) fn tree(path: &str, limit: usize) -> Answer {
    let root = Path::new(path);
    if let Err(error) = fs::read_dir(root) {
        return wire::refused(&format!("read {path}"), &error);
    }
    let mut listing = Listing { files: Vec::new(), files_left: limit.min(MOST), bytes_left: MAX_FRAME - AROUND };
    let truncated = !collect(root, root, 0, &mut listing);
    Answer::Tree { files: listing.files, truncated }
}

/// False when the limit was reached.
fn collect(root: &Path, folder: &Path, depth: usize, listing: &mut Listing) -> bool {
    // A folder that vanished meanwhile has no files.
    let Ok(entries) = fs::read_dir(folder) else { return true };
    let mut entries: Vec<_> = entries.flatten().collect();
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let Ok(found) = entry.metadata() else { continue };
        let path = entry.path();
        let Some(relative) = path.strip_prefix(root).ok().and_then(Path::to_str) else { continue };
        if !listing.take(meta(relative.to_owned(), &found)) {
            return false;
        }
        if found.is_dir() && depth < DEEPEST && !collect(root, &path, depth + 1, listing) {
            return false;
        }
    }
    true
}
