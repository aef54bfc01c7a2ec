//! Builds the intruder and its trap as static binaries, for they run in sandboxes and in containers that hold nothing else.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let here = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    for input in ["intruder/src", "intruder/Cargo.toml"] {
        println!("cargo::rerun-if-changed={}", here.join(input).display());
    }
    let built = intruder(&here)?;
    println!("cargo::rustc-env=INTRUDER={}", built.join("intruder").display());
    println!("cargo::rustc-env=TRAP={}", built.join("trap").display());
    Ok(())
}

/// The target folder of this build: above `PROFILE/build/NAME/out`.
fn target_folder() -> Result<PathBuf, Box<dyn std::error::Error>> {
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let build =
        out.ancestors().find(|folder| folder.ends_with("build")).ok_or("the output folder has no `build` above")?;
    Ok(build.ancestors().nth(2).ok_or("the output folder is too high")?.to_owned())
}

/// The folder of the two. Cargo again, as the supervisor is built, in the target folder that is the supervisor's: the usual one is locked.
fn intruder(here: &Path) -> Result<PathBuf, Box<dyn std::error::Error>> {
    let root = here.join("..").canonicalize()?;
    // A sandbox runs on the host's processor, which is that of the tests.
    let target = env::var("TARGET")?;
    let folder = target_folder()?.join("supervisor");
    let mut command = Command::new(env::var("CARGO")?);
    command.current_dir(&root).args(["build", "--package", "intruder", "--profile", "supervisor"]);
    command.args(["--target", &target, "--target-dir"]).arg(&folder);
    command.env("RUSTFLAGS", "-C target-feature=+crt-static");
    for name in ["CARGO_ENCODED_RUSTFLAGS", "RUSTC_WRAPPER", "RUSTC_WORKSPACE_WRAPPER", "CARGO_MAKEFLAGS", "MAKEFLAGS"]
    {
        command.env_remove(name);
    }
    let output = command.output()?;
    if !output.status.success() {
        return Err(format!("the intruder does not build:\n{}", String::from_utf8_lossy(&output.stderr)).into());
    }
    Ok(folder.join(target).join("supervisor"))
}
