//! Builds the supervisor, a static program of its own, so that one binary holds everything a host needs.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

fn main() {
    let here = PathBuf::from(env::var("CARGO_MANIFEST_DIR").unwrap_or_default());
    for watched in ["supervisor/src", "supervisor/Cargo.toml", "protocol/src", "protocol/Cargo.toml", "build.rs"] {
        println!("cargo::rerun-if-changed={watched}");
    }
    let machine = env::var("CARGO_CFG_TARGET_ARCH").unwrap_or_default();
    let target = format!("{machine}-unknown-linux-gnu");
    // A target folder of its own: this cargo holds the lock of the other.
    let folder = target_folder().join("supervisor");
    let mut cargo = Command::new(env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()));
    cargo
        .args(["build", "--quiet", "--release", "--locked", "--package", "supervisor", "--target", &target, "--target-dir"])
        .arg(&folder)
        .current_dir(here.join("supervisor"))
        .env("RUSTFLAGS", "-C target-feature=+crt-static")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env_remove("RUSTC_WORKSPACE_WRAPPER")
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "s")
        .env("CARGO_PROFILE_RELEASE_STRIP", "true")
        .env("CARGO_PROFILE_RELEASE_PANIC", "abort")
        .env("CARGO_PROFILE_RELEASE_DEBUG", "false");
    let built = cargo.status();
    assert!(built.as_ref().is_ok_and(std::process::ExitStatus::success), "cannot build the supervisor: {built:?}");
    println!("cargo::rustc-env=SUPERVISOR={}", folder.join(target).join("release/supervisor").display());
}

/// The workspace's target folder, above the one this script writes to.
fn target_folder() -> PathBuf {
    let out = PathBuf::from(env::var("OUT_DIR").unwrap_or_default());
    out.ancestors().find(|folder| folder.file_name().is_some_and(|name| name == "build")).and_then(Path::parent)
        .and_then(Path::parent).map_or_else(|| out.clone(), Path::to_owned)
}
