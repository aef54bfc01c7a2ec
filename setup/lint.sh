#!/usr/bin/env bash
# The form of the sources and what clippy says of them.
set -euo pipefail
cd "$(dirname "$0")/.."

# The checkers belong to the compiler on the path, not to the one that is built with; what they make of the dependencies
# is of no use to it, so that it lies apart and neither waits for the other.
unset RUSTC
export CARGO_TARGET_DIR=target/lint
cargo clippy --version >/dev/null 2>&1 || setup/packages.sh rust-web-clippy rustfmt-web
cargo fmt --all --check
cargo clippy --quiet --locked --workspace --all-targets -- -D warnings
