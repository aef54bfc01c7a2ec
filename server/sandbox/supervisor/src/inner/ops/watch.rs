//! Changes below a folder, told at most four times a second. Compared by modification time and size, which works
//! on every file system and spares the inotify instances that all sandboxes of a host share.

use std::{
    collections::BTreeMap,
    fs,
    io::Write as _,
    os::unix::{fs::MetadataExt as _, net::UnixStream},
    path::Path,
    time::Duration,
};

use protocol::Answer;

use crate::{
    fault::{Doing as _, Fault},
    wire,
};

const PAUSE: Duration = Duration::from_millis(500);
const MOST: usize = 2_000;

pub(super) fn watch(socket: &mut UnixStream, path: &str) -> Result<(), Fault> {
    let root = Path::new(path);
    let mut known = look(root);
    // Whatever changes after this answer is told.
    wire::answer(socket, &Answer::Done)?;
    while !wire::hung_up(socket) {
        std::thread::sleep(PAUSE);
        let now = look(root);
        let mut changed: Vec<&String> =
            now.iter().filter(|(path, facts)| known.get(*path) != Some(*facts)).map(|(path, _)| path).collect();
        changed.extend(known.keys().filter(|path| !now.contains_key(*path)));
        if !changed.is_empty() {
            let frame = protocol::to_frame(&changed).map_err(|error| Fault::Peer(error.to_string()))?;
            socket.write_all(&frame).doing("tell of changes")?;
        }
        known = now;
    }
    Ok(())
}

type Facts = (i64, i64, u64, u32);

fn look(root: &Path) -> BTreeMap<String, Facts> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let Ok(meta) = entry.metadata() else { continue };
            let path = entry.path();
            if found.len() >= MOST {
                return found;
            }
            if let Some(relative) = path.strip_prefix(root).ok().and_then(Path::to_str) {
                // A folder's time changes with its entries, which are told by themselves.
                let facts = if meta.is_dir() {
                    (0, 0, 0, meta.mode())
                } else {
                    (meta.mtime(), meta.mtime_nsec(), meta.size(), meta.mode())
                };
                found.insert(relative.to_owned(), facts);
            }
            if meta.is_dir() {
                folders.push(path);
            }
        }
    }
    found
}
