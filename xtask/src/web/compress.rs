//! Compressed siblings of what is served: `x.js.br` and `x.js.gz` beside `x.js`.
//! Invariant: a sibling is kept only when it is smaller than the file itself.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};

use super::stamp;

/// What gains by compression; fonts and pictures in their own formats do not.
const KINDS: [&str; 6] = ["css", "js", "json", "svg", "txt", "wasm"];

/// Compresses every fitting file below `folder` as far as it goes: it is done once and served often.
pub(super) fn folder(folder: &Path) -> Result<()> {
    let mut files = Vec::new();
    stamp::collect(folder, &[], &mut files)?;
    files.retain(|path| path.extension().is_some_and(|kind| KINDS.iter().any(|known| kind == *known)));
    // The large ones first, so that the last worker is not left with the largest.
    files.sort_by_key(|path| std::cmp::Reverse(fs::metadata(path).map_or(0, |data| data.len())));
    let queue = std::sync::Mutex::new(files.into_iter());
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..std::thread::available_parallelism().map_or(2, usize::from))
            .map(|_| scope.spawn(|| work(&queue)))
            .collect();
        workers.into_iter().try_for_each(|worker| match worker.join() {
            Ok(done) => done,
            Err(panic) => std::panic::resume_unwind(panic),
        })
    })
}

fn work(queue: &std::sync::Mutex<std::vec::IntoIter<PathBuf>>) -> Result<()> {
    loop {
        let next = queue.lock().unwrap_or_else(std::sync::PoisonError::into_inner).next();
        let Some(path) = next else { return Ok(()) };
        let content = fs::read(&path)?;
        keep_if_smaller(&path, "br", &content, &brotli(&content)?)?;
        keep_if_smaller(&path, "gz", &content, &gzip(&content)?)?;
    }
}

fn keep_if_smaller(path: &Path, suffix: &str, content: &[u8], compressed: &[u8]) -> Result<()> {
    if compressed.len() < content.len() {
        let mut name = path.as_os_str().to_owned();
        name.push(".");
        name.push(suffix);
        fs::write(&name, compressed).with_context(|| format!("cannot write {}", Path::new(&name).display()))?;
    }
    Ok(())
}

fn brotli(content: &[u8]) -> Result<Vec<u8>> {
    let mut compressed = Vec::new();
    // Quality 11 and a window of 4 MiB (2^22), the largest that every browser reads.
    let mut writer = brotli::CompressorWriter::new(&mut compressed, 64 * 1024, 11, 22);
    writer.write_all(content)?;
    drop(writer);
    Ok(compressed)
}

fn gzip(content: &[u8]) -> Result<Vec<u8>> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    writer.write_all(content)?;
    Ok(writer.finish()?)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use std::io::Read as _;

    use super::*;

    #[test]
    fn siblings_hold_the_same_bytes_and_only_where_they_help() {
        let at = tempfile::tempdir().unwrap();
        let script = "export const many = 'the same words again and again';\n".repeat(200);
        fs::write(at.path().join("a.js"), &script).unwrap();
        fs::write(at.path().join("tiny.js"), "1").unwrap();
        fs::write(at.path().join("font.woff2"), &script).unwrap();
        folder(at.path()).unwrap();

        let mut names: Vec<_> = fs::read_dir(at.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["a.js", "a.js.br", "a.js.gz", "font.woff2", "tiny.js"]);

        let mut text = String::new();
        let file = fs::File::open(at.path().join("a.js.br")).unwrap();
        brotli::Decompressor::new(file, 4096).read_to_string(&mut text).unwrap();
        assert_eq!(text, script);
        text.clear();
        let file = fs::File::open(at.path().join("a.js.gz")).unwrap();
        flate2::read::GzDecoder::new(file).read_to_string(&mut text).unwrap();
        assert_eq!(text, script);
    }
}
