//! Builds the supervisor as a static binary and lists the files of `image/`, so that the server holds both.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

mod static_binary;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let here = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::copy(supervisor(&here)?, out.join("supervisor"))?;
    let image = here.join("image");
    println!("cargo::rerun-if-changed={}", image.display());
    let mut files = Vec::new();
    collect(&image, &mut files)?;
    files.sort();
    let mut list = String::from("&[\n");
    for file in files {
        let name = file.strip_prefix(&image)?.to_str().ok_or("a file's name is not UTF-8")?.to_owned();
        list.push_str(&format!("    ({name:?}, include_bytes!({:?})),\n", file.display().to_string()));
    }
    list.push(']');
    fs::write(out.join("image.rs"), list)?;
    Ok(())
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() { collect(&entry.path(), files)? } else { files.push(entry.path()) }
    }
    Ok(())
}

fn supervisor(here: &Path) -> Result<PathBuf, Box<dyn std::error::Error>> {
    let root = here.join("../..").canonicalize()?;
    for input in ["supervisor/src", "supervisor/Cargo.toml", "protocol/src", "protocol/Cargo.toml"] {
        println!("cargo::rerun-if-changed={}", here.join(input).display());
    }
    println!("cargo::rerun-if-changed={}", root.join("Cargo.lock").display());
    Ok(static_binary::build(&root, "supervisor")?.join("supervisor"))
}
