//! Whether a step must run again: a hash over everything it reads.
//! Invariant: a stamp is written only after its step succeeded, so a step that was cut off runs again.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};
use sha2::{Digest as _, Sha256};

/// Collects what a step depends on.
pub(super) struct Inputs {
    hash: Sha256,
}

impl Inputs {
    /// Nothing yet but the version of this program's own steps; raise it when a step changes what it does.
    pub(super) fn new() -> Self {
        let mut hash = Sha256::new();
        hash.update(b"drydock web 2\0");
        Self { hash }
    }

    /// Something that is no file, e.g. the version of a tool.
    pub(super) fn text(mut self, text: &str) -> Self {
        self.part(b"text", text.as_bytes());
        self
    }

    /// Files and everything below folders, by path and content; what is not there counts as absent.
    pub(super) fn files(mut self, root: &Path, names: &[&str], skip: &[&str]) -> Result<Self> {
        let mut found = Vec::new();
        for name in names {
            collect(&root.join(name), skip, &mut found)?;
        }
        found.sort();
        for path in found {
            let content = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
            let name = path.strip_prefix(root).unwrap_or(&path);
            self.part(name.as_os_str().as_encoded_bytes(), &content);
        }
        Ok(self)
    }

    fn part(&mut self, name: &[u8], content: &[u8]) {
        // Lengths keep two neighbouring parts from running into each other.
        for bytes in [name, content] {
            self.hash.update((bytes.len() as u64).to_le_bytes());
            self.hash.update(bytes);
        }
    }

    /// Runs the step unless its stamp says that it ran with the same inputs and `output` is still there.
    /// Says whether it ran.
    pub(super) fn unless_done(self, stamp: &Path, output: &Path, step: impl FnOnce() -> Result<()>) -> Result<bool> {
        let digest: String = self.hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        if output.exists() && fs::read_to_string(stamp).is_ok_and(|before| before == digest) {
            return Ok(false);
        }
        // Gone while the step works: half an output must never look finished.
        match fs::remove_file(stamp) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
        step()?;
        fs::write(stamp, digest).with_context(|| format!("cannot write {}", stamp.display()))?;
        Ok(true)
    }
}

/// Every file at or below `path`, but nothing called one of `skip`.
pub(super) fn collect(path: &Path, skip: &[&str], found: &mut Vec<PathBuf>) -> Result<()> {
    if path.file_name().is_some_and(|name| skip.iter().any(|skipped| name == *skipped)) {
        return Ok(());
    }
    if path.is_dir() {
        for entry in fs::read_dir(path).with_context(|| format!("cannot list {}", path.display()))? {
            collect(&entry?.path(), skip, found)?;
        }
    } else if path.is_file() {
        found.push(path.to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn run(folder: &Path, text: &str) -> bool {
        let inputs = Inputs::new().text(text).files(folder, &["in"], &["skipped"]).unwrap();
        inputs
            .unless_done(&folder.join("stamp"), &folder.join("out"), || Ok(fs::write(folder.join("out"), "")?))
            .unwrap()
    }

    #[test]
    fn a_step_runs_again_only_when_something_it_reads_changed() {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path();
        fs::create_dir_all(at.join("in/skipped")).unwrap();
        fs::write(at.join("in/a"), "1").unwrap();
        assert!(run(at, "tool 1"));
        assert!(!run(at, "tool 1"));
        fs::write(at.join("in/skipped/b"), "1").unwrap();
        assert!(!run(at, "tool 1"), "a skipped folder counts for nothing");
        assert!(run(at, "tool 2"), "another tool");
        fs::write(at.join("in/a"), "2").unwrap();
        assert!(run(at, "tool 2"), "another content");
        fs::rename(at.join("in/a"), at.join("in/c")).unwrap();
        assert!(run(at, "tool 2"), "another name");
        fs::remove_file(at.join("out")).unwrap();
        assert!(run(at, "tool 2"), "a missing output");
    }

    #[test]
    fn a_failed_step_runs_again() {
        let folder = tempfile::tempdir().unwrap();
        let (stamp, output) = (folder.path().join("stamp"), folder.path().join("out"));
        fs::write(&output, "old").unwrap();
        assert!(Inputs::new().unless_done(&stamp, &output, || Ok(())).unwrap());
        let failed = Inputs::new().text("new").unless_done(&stamp, &output, || anyhow::bail!("no"));
        assert!(failed.is_err());
        assert!(Inputs::new().unless_done(&stamp, &output, || Ok(())).unwrap(), "the old stamp is gone too");
    }
}
