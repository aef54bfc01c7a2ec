#!/usr/bin/env bash
# Serves, and builds and starts again whenever a source changes. Content is read again by the server itself.
# Needs the environment of setup/wasm.sh and setup/engine.sh.
set -uo pipefail
cd "$(dirname "$0")/.."

server=
stop() { [ -z "$server" ] || { kill "$server" 2>/dev/null; wait "$server"; server=; }; }
trap stop EXIT

while true; do
  if cargo build --locked --workspace && target/debug/xtask web; then
    stop
    target/debug/drydock serve &
    server=$!
  else
    echo "dev: that did not build; the server before it goes on"
  fi
  inotifywait --quiet --recursive --event modify,create,delete,move --exclude 'node_modules|/target/' \
    app migrations server style Cargo.toml >/dev/null || exit 1
  # One save often touches several files.
  sleep 0.3
done
