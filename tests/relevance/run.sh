#!/usr/bin/env bash
# The relevance of the search, compared with others over the same content. The exit code tells.
# usage: tests/relevance/run.sh [--server URL] [--misses] [--keep]     starts a server of its own unless told of one
set -euo pipefail
cd "$(dirname "$0")"
root=$(cd ../.. && pwd)

say() { printf 'relevance: %s\n' "$*" >&2; }

stamp=node_modules/.installed
if ! sha256sum --check --status "$stamp" 2>/dev/null; then
  say "installing the packages of package-lock.json"
  npm ci --silent
  sha256sum package.json package-lock.json >"$stamp"
fi
node --test --test-reporter=dot

case " $* " in *" --server "*) exec node compare.mjs "$@" ;; esac

program=${DRYDOCK_BIN:-$root/target/debug/drydock}
for made in "$program" "$root/target/site/manifest.json"; do
  [ -e "$made" ] || { say "$made is missing. Run: make build"; exit 3; }
done
# Which program it is, is nothing that it takes as a setting.
unset DRYDOCK_BIN

state=$(mktemp -d)
port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')
# Pages and search need no engine; without one no sandbox is made that nobody asked for.
(cd "$root" && exec "$program" serve --listen "127.0.0.1:$port" --state-dir "$state" --docker-host "unix://$state/none.sock") >"$state/log" 2>&1 &
server=$!
finish() { kill "$server" 2>/dev/null || true; wait "$server" || true; rm -rf "$state"; }
trap finish EXIT
for _ in $(seq 300); do
  if curl -fso /dev/null "http://127.0.0.1:$port/chapters"; then break; fi
  kill -0 "$server" 2>/dev/null || { tail -n 20 "$state/log" >&2; say "the server has ended"; exit 3; }
  sleep 0.2
done
node compare.mjs --server "http://127.0.0.1:$port" "$@"
