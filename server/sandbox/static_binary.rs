//! For build scripts: builds a package of this workspace as static binaries, for they run where there is nothing else.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

/// The target folder of this build: above `PROFILE/build/NAME/out`.
fn target_folder() -> Result<PathBuf, Box<dyn std::error::Error>> {
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let build =
        out.ancestors().find(|folder| folder.ends_with("build")).ok_or("the output folder has no `build` above")?;
    Ok(build.ancestors().nth(2).ok_or("the output folder is too high")?.to_owned())
}

/// The folder of the package's binaries. Cargo again, in a target folder of its own, for this one holds the lock of the
/// usual one.
///
/// # Errors
/// When the package does not build; with what the compiler said.
pub(crate) fn build(root: &Path, package: &str) -> Result<PathBuf, Box<dyn std::error::Error>> {
    // A sandbox runs on the host's processor, which is the server's.
    let target = env::var("TARGET")?;
    let folder = target_folder()?.join("supervisor");
    let mut command = Command::new(env::var("CARGO")?);
    command.current_dir(root).args(["build", "--package", package, "--profile", "supervisor"]);
    command.args(["--target", &target, "--target-dir"]).arg(&folder);
    command.env("RUSTFLAGS", "-C target-feature=+crt-static");
    for name in ["CARGO_ENCODED_RUSTFLAGS", "RUSTC_WRAPPER", "RUSTC_WORKSPACE_WRAPPER", "CARGO_MAKEFLAGS", "MAKEFLAGS"]
    {
        command.env_remove(name);
    }
    let output = command.output()?;
    if !output.status.success() {
        return Err(format!("{package} does not build:\n{}", String::from_utf8_lossy(&output.stderr)).into());
    }
    Ok(folder.join(target).join("supervisor"))
}
