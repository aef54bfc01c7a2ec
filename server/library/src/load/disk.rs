//! The content folder on disk: reading it, and telling whether it has changed.
//! Invariant: opens regular files inside the folder only; links and devices are problems and never opened.

use std::{
    hash::{DefaultHasher, Hash as _, Hasher as _},
    path::Path,
    time::SystemTime,
};

use domain::problem::Problem;
use walkdir::{DirEntry, WalkDir};

use super::tree::{Tree, TreeFile};

/// The largest file that is read, in bytes: chapters, images and starter files alike.
pub(crate) const FILE_MAX_BYTES: u64 = 2 * 1024 * 1024;
/// The most files that are read.
const FILES_MAX: usize = 20_000;
/// The deepest folder that is looked into.
const DEPTH_MAX: usize = 16;

/// What a folder looked like: changes whenever a file is added, removed, renamed or written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint(u64);

/// Looks at paths, sizes and times of change only, so it is cheap enough to call every second.
/// A folder that cannot be read has a fingerprint of its own.
#[must_use]
pub fn fingerprint(root: &Path) -> Fingerprint {
    let mut hasher = DefaultHasher::new();
    for entry in walk(root) {
        match entry {
            Ok(entry) => {
                entry.path().hash(&mut hasher);
                // A folder changes whenever an editor puts a file beside; what matters is in the files.
                let metadata = entry.metadata().ok().filter(|it| !it.is_dir());
                metadata.as_ref().map(std::fs::Metadata::len).hash(&mut hasher);
                let modified = metadata.and_then(|it| it.modified().ok());
                modified.and_then(|time| time.duration_since(SystemTime::UNIX_EPOCH).ok()).hash(&mut hasher);
            }
            Err(error) => error.path().hash(&mut hasher),
        }
    }
    Fingerprint(hasher.finish())
}

/// Reads every file below `root`.
pub(crate) fn read(root: &Path) -> (Tree, Vec<Problem>) {
    let mut tree = Tree::default();
    let mut problems = Vec::new();
    for (count, entry) in walk(root).enumerate() {
        if count >= FILES_MAX {
            problems
                .push(Problem::in_file(".", format!("more than {FILES_MAX} files and folders; the rest is not read")));
            break;
        }
        match entry {
            Ok(entry) if entry.file_type().is_dir() => {}
            Ok(entry) => read_file(root, &entry, &mut tree, &mut problems),
            Err(error) => {
                let path = error.path().map_or_else(|| ".".to_owned(), |path| relative(root, path));
                let cause = error.io_error().map_or_else(|| "a loop of folders".to_owned(), ToString::to_string);
                problems.push(Problem::in_file(path, format!("this cannot be read: {cause}")));
            }
        }
    }
    (tree, problems)
}

fn read_file(root: &Path, entry: &DirEntry, tree: &mut Tree, problems: &mut Vec<Problem>) {
    let path = relative(root, entry.path());
    let kind = entry.file_type();
    if kind.is_symlink() {
        problems.push(Problem::in_file(path, "this is a symbolic link; put the file itself here"));
        return;
    }
    if !kind.is_file() {
        problems.push(Problem::in_file(path, "this is neither a file nor a folder; take it away"));
        return;
    }
    if entry.path().to_str().is_none() {
        problems.push(Problem::in_file(path, "the name of this file is not UTF-8; rename it"));
        return;
    }
    let size = entry.metadata().map_or(0, |it| it.len());
    if size > FILE_MAX_BYTES {
        let mib = FILE_MAX_BYTES / 1024 / 1024;
        problems.push(Problem::in_file(path, format!("the file has {size} bytes; at most {mib} MiB are read")));
        return;
    }
    match std::fs::read(entry.path()) {
        Ok(bytes) => tree.insert(path, TreeFile { bytes, executable: is_executable(entry) }),
        Err(error) => problems.push(Problem::in_file(path, format!("this cannot be read: {error}"))),
    }
}

#[cfg(unix)]
fn is_executable(entry: &DirEntry) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    entry.metadata().is_ok_and(|it| it.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(_: &DirEntry) -> bool {
    false
}

fn relative(root: &Path, path: &Path) -> String {
    let within = path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/");
    if within.is_empty() { ".".to_owned() } else { within }
}

/// Every entry in a fixed order, without what editors and version control leave behind. Names that start with a
/// dot mean something to a learner only among the files of an exercise.
fn walk(root: &Path) -> impl Iterator<Item = walkdir::Result<DirEntry>> {
    let root = root.to_owned();
    WalkDir::new(&root).max_depth(DEPTH_MAX).sort_by_file_name().into_iter().filter_entry(move |entry| {
        let name = entry.file_name().to_string_lossy();
        let litter = name.ends_with('~') || name.ends_with(".swp") || name == ".DS_Store" || name == ".git";
        let hidden = name.starts_with('.') && entry.depth() > 0;
        !litter && (!hidden || is_exercise_file(&root, entry.path()))
    })
}

fn is_exercise_file(root: &Path, path: &Path) -> bool {
    let within = relative(root, path);
    let mut names = within.split('/');
    names.next() == Some("exercises") && matches!(names.nth(1), Some("start" | "cases"))
}
