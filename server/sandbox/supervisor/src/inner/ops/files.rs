//! Files of the learner's: written beside their place and renamed, read with a limit.

use std::{
    fs::{self, File, FileTimes, OpenOptions},
    io::{Read, Write},
    os::unix::{
        fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _},
        net::UnixStream,
    },
    path::Path,
    time::{Duration, UNIX_EPOCH},
};

use protocol::{Answer, FileKind, FileMeta, NewFile, Refusal};

use crate::{
    fault::{Doing as _, Fault},
    wire,
};

/// The most that one request may write.
const MOST_FILES: usize = 500;
const MOST_BYTES: u64 = 64 * 1024 * 1024;

pub(super) fn put(from: &mut UnixStream, files: &[NewFile]) -> Answer {
    let total = files.iter().fold(0_u64, |sum, file| sum.saturating_add(file.size));
    let mut body = Read::by_ref(from).take(total);
    let answer = put_all(&mut body, files, total);
    let rest = body.limit();
    wire::drain(from, rest);
    answer
}

fn put_all(from: &mut impl Read, files: &[NewFile], total: u64) -> Answer {
    if files.len() > MOST_FILES || total > MOST_BYTES {
        return wire::refusal(Refusal::Limit, "these are too many files, or too large");
    }
    for file in files {
        if let Err(error) = put_one(from, file) {
            return wire::refused(&format!("write {}", file.path), &error);
        }
    }
    Answer::Done
}

fn put_one(from: &mut impl Read, file: &NewFile) -> std::io::Result<()> {
    let path = Path::new(&file.path);
    let folder = path.parent().ok_or(std::io::ErrorKind::InvalidInput)?;
    let name = path.file_name().ok_or(std::io::ErrorKind::InvalidInput)?.to_string_lossy();
    fs::create_dir_all(folder)?;
    if path.is_dir() {
        return Err(std::io::ErrorKind::IsADirectory.into());
    }
    let beside = folder.join(format!(".{name}.{}.new", std::process::id()));
    let mut write = || -> std::io::Result<()> {
        let mut to = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside)?;
        let copied = std::io::copy(&mut from.take(file.size), &mut to)?;
        if copied != file.size {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        to.set_permissions(fs::Permissions::from_mode(file.mode & 0o7777))?;
        if let Some(seconds) = file.modified.and_then(|seconds| u64::try_from(seconds).ok()) {
            let time = UNIX_EPOCH + Duration::from_secs(seconds);
            to.set_times(FileTimes::new().set_modified(time).set_accessed(time))?;
        }
        fs::rename(&beside, path)
    };
    write().inspect_err(|_| {
        // What was begun is of no use; the error that matters is told.
        let _removed = fs::remove_file(&beside);
    })
}

pub(super) fn get(to: &mut UnixStream, path: &str, limit: u64) -> Result<(), Fault> {
    // Opening a pipe or device would wait or have effects.
    let opened = fs::metadata(path).and_then(|found| {
        let file = OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK).open(path)?;
        if found.is_file() && file.metadata()?.is_file() {
            Ok(file)
        } else {
            Err(std::io::ErrorKind::InvalidInput.into())
        }
    });
    match opened {
        Ok(file) => send(to, &file, path, limit),
        Err(error) => wire::answer(to, &wire::refused(&format!("read {path}"), &error)),
    }
}

fn send(to: &mut UnixStream, file: &File, path: &str, limit: u64) -> Result<(), Fault> {
    let found = file.metadata().doing("read a file's facts")?;
    let mut facts = meta(path.to_owned(), &found);
    let size = facts.size.min(limit);
    facts.size = size;
    wire::answer(to, &Answer::File(facts))?;
    let sent = std::io::copy(&mut file.take(size), to).doing("send a file")?;
    // It shrank meanwhile: the other side waits for the bytes that were told.
    std::io::copy(&mut std::io::repeat(0).take(size - sent), to).doing("send a file")?;
    to.flush().doing("send a file")
}

pub(super) fn stat(path: &str) -> Answer {
    match fs::symlink_metadata(path) {
        Ok(found) => Answer::File(meta(path.to_owned(), &found)),
        Err(error) => wire::refused(&format!("look at {path}"), &error),
    }
}

pub(super) fn remove(path: &str) -> Answer {
    let removed = fs::symlink_metadata(path)
        .and_then(|found| if found.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) });
    match removed {
        Ok(()) => Answer::Done,
        Err(error) => wire::refused(&format!("remove {path}"), &error),
    }
}

pub(super) fn meta(path: String, found: &fs::Metadata) -> FileMeta {
    let kind = if found.is_file() {
        FileKind::File
    } else if found.is_dir() {
        FileKind::Dir
    } else if found.is_symlink() {
        FileKind::Link
    } else {
        FileKind::Other
    };
    FileMeta {
        path,
        kind,
        mode: found.mode() & 0o7777,
        uid: found.uid(),
        gid: found.gid(),
        size: found.size(),
        modified_ms: found.mtime() * 1000 + found.mtime_nsec() / 1_000_000,
    }
}
