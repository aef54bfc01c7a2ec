//! The commands behind the Makefile that are more than one line of shell.
//! Invariant: everything is written below `target/` or `app/js/node_modules`; sources are only read.

mod command;
mod web;

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};

/// Builds the browser bundle, runs the checks and the development loop.
#[derive(Parser)]
struct Xtask {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build what browsers download into target/site, if anything changed.
    Web,
}

fn main() -> ExitCode {
    // The crate is `xtask/` in the repository's root.
    let root: PathBuf = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    let done = match Xtask::parse().task {
        Task::Web => web::build(&root),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}
