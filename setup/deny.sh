#!/usr/bin/env bash
# Licences, bans and sources of all dependencies; advisories too where their database can be reached.
set -euo pipefail
cd "$(dirname "$0")/.."

# The version that deny.toml is written for.
version=0.20.2
tools=${XDG_CACHE_HOME:-$HOME/.cache}/drydock/cargo-deny-$version
if [ ! -x "$tools/bin/cargo-deny" ]; then
  echo "deny: building cargo-deny $version, once, a few minutes" >&2
  # Without optimisation: it runs for seconds.
  env -u RUSTC cargo install --quiet --debug --locked --root "$tools" --version "$version" cargo-deny
fi
deny() { env -u RUSTC "$tools/bin/cargo-deny" --all-features "$@"; }

deny check --hide-inclusion-graph licenses bans sources
if [ "${ADVISORIES:-yes}" = no ]; then
  echo "deny: ADVISORIES=no, so the advisory database was not asked" >&2
elif timeout 60 git ls-remote --exit-code --quiet https://github.com/RustSec/advisory-db HEAD >/dev/null 2>&1; then
  deny check --hide-inclusion-graph advisories
else
  echo "deny: the advisory database cannot be reached from here; advisories were not looked at" >&2
fi
