#!/usr/bin/env bash
# Browser tests: a real Chromium, the real server, a real Docker engine. The exit code tells.
# usage: tests/browser/run.sh [FILE.test.mjs…]     SHOTS=FOLDER keeps pictures of the pages
set -euo pipefail
cd "$(dirname "$0")"
root=$(cd ../.. && pwd)

say() { printf 'browser: %s\n' "$*" >&2; }

for made in target/debug/drydock target/site/manifest.json; do
  [ -e "$root/$made" ] || { say "$made is missing. Run: make build"; exit 3; }
done
command -v chromium >/dev/null || "$root/setup/packages.sh" chromium
# Text is measured and pictured, so there must be letters to draw.
command -v fc-list >/dev/null && [ -n "$(fc-list :spacing=mono family)" ] || "$root/setup/packages.sh" fontconfig fonts-dejavu-core fonts-liberation

engine=$("$root/setup/engine.sh" env) || exit 3
eval "$engine"

stamp=node_modules/.installed
if ! sha256sum --check --status "$stamp" 2>/dev/null; then
  say "installing the packages of package-lock.json"
  npm ci --silent
  sha256sum package.json package-lock.json >"$stamp"
fi

CHROMIUM=$(command -v chromium)
NGINX_PROGRAM=$("$root/setup/nginx.sh")
[ -z "${SHOTS:-}" ] || { mkdir -p "$SHOTS"; SHOTS=$(realpath "$SHOTS"); export SHOTS; }
export CHROMIUM NGINX_PROGRAM
exec node --test --test-concurrency=1 --test-reporter=spec "$@"
