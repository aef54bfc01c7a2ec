//! Builds the supervisor as a static binary and lists the files of `image/`, so that the server holds both.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

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

/// The target folder of this build: above `PROFILE/build/NAME/out`.
fn target_folder() -> Result<PathBuf, Box<dyn std::error::Error>> {
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let build =
        out.ancestors().find(|folder| folder.ends_with("build")).ok_or("the output folder has no `build` above")?;
    Ok(build.ancestors().nth(2).ok_or("the output folder is too high")?.to_owned())
}

/// Cargo again, in a target folder of its own, for this one holds the lock of the usual one.
fn supervisor(here: &Path) -> Result<PathBuf, Box<dyn std::error::Error>> {
    let root = here.join("../..").canonicalize()?;
    for input in ["supervisor/src", "supervisor/Cargo.toml", "protocol/src", "protocol/Cargo.toml"] {
        println!("cargo::rerun-if-changed={}", here.join(input).display());
    }
    println!("cargo::rerun-if-changed={}", root.join("Cargo.lock").display());
    // A sandbox runs on the host's processor, which is the server's.
    let target = env::var("TARGET")?;
    let folder = target_folder()?.join("supervisor");
    let mut command = Command::new(env::var("CARGO")?);
    command.current_dir(&root).args(["build", "--package", "supervisor", "--profile", "supervisor"]);
    command.args(["--target", &target, "--target-dir"]).arg(&folder);
    command.env("RUSTFLAGS", "-C target-feature=+crt-static");
    for name in ["CARGO_ENCODED_RUSTFLAGS", "RUSTC_WRAPPER", "RUSTC_WORKSPACE_WRAPPER", "CARGO_MAKEFLAGS", "MAKEFLAGS"]
    {
        command.env_remove(name);
    }
    let output = command.output()?;
    if !output.status.success() {
        return Err(format!("the supervisor does not build:\n{}", String::from_utf8_lossy(&output.stderr)).into());
    }
    Ok(folder.join(target).join("supervisor/supervisor"))
}
