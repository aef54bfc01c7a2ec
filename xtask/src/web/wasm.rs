//! Crate `app` as WebAssembly with its JavaScript glue.
//! Invariant: it is built by the same compiler as the server, because both hash the same tokens into island names.

use std::{fs, path::PathBuf};

use anyhow::{Context as _, Result};
use wasm_bindgen_cli_support::Bindgen;

use super::{Places, stamp::Inputs};
use crate::command;

const TARGET: &str = "wasm32-unknown-unknown";
/// What Cargo leaves behind.
fn compiled(places: &Places) -> PathBuf {
    places.cargo_target.join(TARGET).join("wasm/app.wasm")
}

/// The glue that `bundle` takes up as an entry point.
pub(super) fn glue(places: &Places) -> PathBuf {
    places.work.join("bound/app.js")
}

/// The WebAssembly beside the glue.
pub(super) fn bound(places: &Places) -> PathBuf {
    places.work.join("bound/app_bg.wasm")
}

/// Compiles `app` for the browser. Cargo itself knows what changed; the stamp saves asking it.
pub(super) fn compile(places: &Places) -> Result<()> {
    let inputs = Inputs::new()
        .text(&command::read(command::rustc().arg("-vV"))?)
        .text(&std::env::var("RUSTFLAGS").unwrap_or_default())
        .files(&places.root, &["Cargo.toml", "Cargo.lock", "app"], &["js", "node_modules"])?;
    inputs.unless_done(&places.work.join("compile.stamp"), &compiled(places), || {
        println!("web: compiling the islands for the browser");
        command::run(
            command::cargo()
                .current_dir(&places.root)
                .args(["rustc", "--package", "app", "--lib", "--crate-type", "cdylib"])
                .args(["--target", TARGET, "--profile", "wasm"])
                .args(["--no-default-features", "--features", "hydrate"])
                .arg("--target-dir")
                .arg(&places.cargo_target),
        )
    })?;
    Ok(())
}

/// Writes the glue. No `wasm-opt` afterwards: the compiler's own output compresses as well (within 0.2 %), and the one
/// in Debian 12 breaks the table of references that the glue fills.
pub(super) fn bind(places: &Places) -> Result<()> {
    let inputs = Inputs::new().files(&places.cargo_target, &[&format!("{TARGET}/wasm/app.wasm")], &[])?;
    inputs.unless_done(&places.work.join("bind.stamp"), &bound(places), || {
        println!("web: binding WebAssembly to JavaScript");
        let folder = places.work.join("bound");
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        Bindgen::new()
            .input_path(compiled(places))
            .out_name("app")
            .web(true)?
            .typescript(false)
            .remove_name_section(true)
            .remove_producers_section(true)
            // The page names the file, for its name holds a hash.
            .omit_default_module_path(true)
            .generate(&folder)
            .context("wasm-bindgen")
    })?;
    Ok(())
}
