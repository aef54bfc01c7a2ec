//! Builds the intruder and its trap as static binaries, for they run in sandboxes and in containers that hold nothing else.

use std::{env, path::PathBuf};

#[path = "../server/sandbox/static_binary.rs"]
mod static_binary;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let here = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    for input in ["intruder/src", "intruder/Cargo.toml"] {
        println!("cargo::rerun-if-changed={}", here.join(input).display());
    }
    let built = static_binary::build(&here.join("..").canonicalize()?, "intruder")?;
    println!("cargo::rustc-env=INTRUDER={}", built.join("intruder").display());
    println!("cargo::rustc-env=TRAP={}", built.join("trap").display());
    Ok(())
}
