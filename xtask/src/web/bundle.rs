//! Scripts, styles, fonts and pictures, bundled by esbuild.
//! Invariant: everything comes from the repository and its locked npm packages; no page fetches from another host.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, bail};

use super::{Places, compress, manifest, stamp, stamp::Inputs, wasm};
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
    let inputs = Inputs::new().files(&places.root, &["app/js", "style", "app/Cargo.toml"], &["node_modules"])?.files(
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
        esbuild(places, &fresh)?;
        compress::folder(&fresh)?;
        manifest::publish(places, &fresh)
    })
}

/// What esbuild starts from: entry scripts, the style sheet, the pictures, the bound WebAssembly.
fn entry_points(places: &Places) -> Result<Vec<PathBuf>> {
    let mut scripts = Vec::new();
    stamp::collect(&places.root.join("app/js/src/entries"), &[], &mut scripts)?;
    let mut pictures = Vec::new();
    stamp::collect(&places.root.join("style"), &[], &mut pictures)?;
    pictures.retain(|path| path.extension().is_some_and(|extension| extension == "svg"));
    let mut entries: Vec<PathBuf> = scripts.into_iter().chain(pictures).collect();
    entries.push(places.root.join("style/site.css"));
    entries.extend([wasm::glue(places), wasm::bound(places)]);
    entries.sort();
    if let Some(missing) = entries.iter().find(|path| !path.is_file()) {
        bail!("{} is missing", missing.display());
    }
    Ok(entries)
}

fn esbuild(places: &Places, out: &Path) -> Result<()> {
    let modules = places.root.join("app/js/node_modules");
    command::run(
        Command::new(modules.join(".bin/esbuild"))
            .current_dir(&places.root)
            // Styles and the glue lie outside app/js and take packages from there too.
            .env("NODE_PATH", &modules)
            .args(entry_points(places)?)
            .args(["--bundle", "--minify", "--splitting", "--format=esm", "--target=es2022", "--charset=utf8"])
            .args(["--loader:.svg=copy", "--loader:.wasm=copy", "--loader:.woff2=copy"])
            .args(["--entry-names=[name].[hash]", "--chunk-names=[name].[hash]", "--asset-names=[name].[hash]"])
            .args(["--legal-comments=linked", "--log-level=warning"])
            .arg(format!("--outdir={}", out.display()))
            .arg(format!("--metafile={}", places.work.join("esbuild.json").display())),
    )
    .context("bundling scripts and styles")
}
