//! The plain container of the same engine that starting a sandbox is compared with.

use std::process::Command;

/// What it is called in details.
pub(crate) const WHAT: &str = "docker run --rm --network none IMAGE true";

/// A small base image that the engine has: Debian as `drydock prepare` made or pulled it last.
pub(crate) fn image() -> String {
    let out = Command::new("docker").args(["images", "-q", "drydock/debian"]).output().unwrap();
    let text = String::from_utf8(out.stdout).unwrap();
    text.lines().next().expect("`drydock prepare` makes drydock/debian").to_owned()
}

/// Run it once, to its end.
pub(crate) fn run(image: &str) {
    let out = Command::new("docker").args(["run", "--rm", "--network", "none", image, "true"]).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
}
