#!/usr/bin/env bash
# Finds or installs everything that building and running needs, and names what cannot be had here.
# usage: setup/tools.sh PACKAGE…
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

say() { printf 'tools: %s\n' "$*" >&2; }

# Sandboxes need kernel 6.6; better to hear it now than when all is built. An engine of another machine has its own.
IFS=.- read -r major minor _ <<<"$(uname -r)"
case ${DOCKER_HOST:-} in
  tcp://* | http://* | https://* | ssh://*) ;;
  *)
    if [ $((major * 1000 + minor)) -lt 6006 ]; then
      say "this host's kernel is $(uname -r), and sandboxes need 6.6 or later. Debian 13 has it; on Debian 12:"
      say "apt-get install -t bookworm-backports linux-image-amd64, then start the host again"
      exit 3
    fi
    ;;
esac

if ! command -v cargo >/dev/null; then
  say "there is no Rust here; trying Debian's rustc-web"
  "$here/packages.sh" rustc-web cargo-web rust-web-src && command -v cargo >/dev/null || {
    say "Rust is missing. Install version 1.94 or later from https://rustup.rs"
    exit 3
  }
fi

# A docker or node that came from elsewhere serves as well as Debian's.
wanted=()
for name in "$@"; do
  case $name in
    docker.io) command -v dockerd >/dev/null || "$here/engine.sh" status >/dev/null 2>&1 || wanted+=("$name") ;;
    *) wanted+=("$name") ;;
  esac
done
if ! command -v node >/dev/null || ! command -v npm >/dev/null; then wanted+=(nodejs npm); fi
"$here/packages.sh" "${wanted[@]}"
