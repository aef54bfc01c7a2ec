//! What browsers download: WebAssembly, scripts, styles, fonts and pictures, below `target/site`.
//! Invariant: a file's name holds a hash of its content, so it may be cached for ever; `manifest.json` is written
//! last and names only files that are there.

mod bundle;
mod compress;
mod manifest;
mod stamp;
mod wasm;

use std::{
    path::{Path, PathBuf},
    time::Instant,
};

use anyhow::Result;

/// Where things are.
struct Places {
    /// The repository.
    root: PathBuf,
    /// What the server serves: `manifest.json` and `assets/`.
    site: PathBuf,
    /// Between the steps: the bound WebAssembly, metadata, stamps.
    work: PathBuf,
    /// Cargo's target folder for the browser's part, apart from the server's so that neither waits for the other.
    cargo_target: PathBuf,
}

/// Builds what has changed since the last time.
pub(crate) fn build(root: &Path) -> Result<()> {
    let root = root.canonicalize()?;
    let target = root.join("target");
    let places =
        Places { site: target.join("site"), work: target.join("web"), cargo_target: target.join("wasm"), root };
    std::fs::create_dir_all(&places.work)?;

    let started = Instant::now();
    wasm::compile(&places)?;
    wasm::bind(&places)?;
    bundle::install(&places)?;
    let changed = bundle::build(&places)?;
    if changed {
        println!("web: built in {:.1} s", started.elapsed().as_secs_f32());
        manifest::print_sizes(&places)?;
    } else {
        println!("web: nothing changed");
    }
    Ok(())
}
