//! The plain container of the same engine that starting a sandbox is compared with.

use std::process::Command;

/// What it is called in details.
pub(crate) const WHAT: &str = "docker run --rm --network none IMAGE true";

/// A small base image that the engine has: Debian.
pub(crate) fn image() -> String {
    newest("debian")
}

/// The name of the image of ours that `drydock prepare` made or pulled last under a word.
pub(crate) fn newest(word: &str) -> String {
    let name = format!("drydock/{word}");
    let out = Command::new("docker").args(["images", "--format", "{{.Repository}}:{{.Tag}}", &name]).output().unwrap();
    let text = String::from_utf8(out.stdout).unwrap();
    text.lines().next().unwrap_or_else(|| panic!("`drydock prepare` makes {name}")).to_owned()
}

/// Run it once, to its end.
pub(crate) fn run(image: &str) {
    let out = Command::new("docker").args(["run", "--rm", "--network", "none", image, "true"]).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
}
