//! Scripts, styles, fonts and pictures, by `app/js/build.mjs`, and the glue of the WebAssembly.
//! Invariant: everything comes from the repository and its locked npm packages; no page fetches from another host.

use std::{fs, path::Path, process::Command};

use anyhow::{Context as _, Result};
use sha2::{Digest as _, Sha256};

use super::{Places, compress, manifest, manifest::Names, stamp::Inputs, wasm};
use crate::command;

/// Installs exactly what `package-lock.json` names.
pub(super) fn install(places: &Places) -> Result<()> {
    let folder = places.root.join("app/js");
    let inputs = Inputs::new().files(&folder, &["package.json", "package-lock.json", ".npmrc"], &[])?;
    let done = folder.join("node_modules");
    // The stamp lies within what it vouches for, so that both go together.
    inputs.unless_done(&done.join(".drydock.stamp"), &done, || {
        println!("web: installing the npm packages");
        command::run(Command::new("npm").current_dir(&folder).args([
            "ci",
            "--no-audit",
            "--no-fund",
            "--loglevel=error",
        ]))
    })?;
    Ok(())
}

/// Bundles, compresses and writes the manifest; says whether anything had changed.
pub(super) fn build(places: &Places) -> Result<bool> {
    let inputs = Inputs::new().files(&places.root, &["app/js", "style"], &["node_modules", "test"])?.files(
        &places.work,
        &["bound"],
        &[],
    )?;
    inputs.unless_done(&places.work.join("bundle.stamp"), &places.site.join("manifest.json"), || {
        println!("web: bundling scripts and styles");
        let fresh = places.work.join("assets");
        if fresh.exists() {
            fs::remove_dir_all(&fresh)?;
        }
        let mut names = scripts_and_styles(places, &fresh)?;
        let glue = minify(places, &fs::read(wasm::glue(places))?)?;
        for (name, content) in [("app.js", glue), ("app_bg.wasm", fs::read(wasm::bound(places))?)] {
            let file = hashed(name, &content);
            fs::write(fresh.join(&file), content).with_context(|| format!("cannot write {file}"))?;
            names.insert(name.to_owned(), file);
        }
        compress::folder(&fresh)?;
        manifest::publish(places, &fresh, &names)
    })
}

/// The npm part bundles itself and prints logical name → file name.
fn scripts_and_styles(places: &Places, out: &Path) -> Result<Names> {
    let printed = command::read(
        Command::new("node").current_dir(places.root.join("app/js")).args(["build.mjs", "--out"]).arg(out),
    )?;
    serde_json::from_str(&printed)
        .with_context(|| format!("app/js/build.mjs should print its files as JSON, not: {printed}"))
}

fn minify(places: &Places, script: &[u8]) -> Result<Vec<u8>> {
    let esbuild = places.root.join("app/js/node_modules/.bin/esbuild");
    command::filter(
        Command::new(esbuild).args(["--minify", "--format=esm", "--loader=js", "--log-level=warning"]),
        script,
    )
}

/// `app.js` with eight hexadecimal digits of its content's SHA-256: `app.0f3c91aa.js`.
fn hashed(name: &str, content: &[u8]) -> String {
    let digest: String = Sha256::digest(content).iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    match name.split_once('.') {
        Some((stem, extension)) => format!("{stem}.{digest}.{extension}"),
        None => format!("{name}.{digest}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_follows_its_content() {
        assert_eq!(hashed("app_bg.wasm", b"abc"), "app_bg.ba7816bf.wasm");
        assert_ne!(hashed("app.js", b"a"), hashed("app.js", b"b"));
    }
}
