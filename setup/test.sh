#!/usr/bin/env bash
# Every test, one step after the other; goes on after a step that fails, names it, and exits non-zero.
set -uo pipefail
cd "$(dirname "$0")/.."

passed=0 failed=0 failures=()
step() {
  local name=$1; shift
  printf '\n== %s\n' "$name"
  local began=$SECONDS
  if "$@"; then
    passed=$((passed + 1)); printf '== %s: ok (%d s)\n' "$name" $((SECONDS - began))
  else
    failed=$((failed + 1)); failures+=("$name"); printf '== %s: FAILED (%d s)\n' "$name" $((SECONDS - began))
  fi
}

started=no
setup/engine.sh status >/dev/null 2>&1 || started=yes
step "tools" make --no-print-directory tools || exit 1
step "engine" setup/engine.sh start
eval "$(setup/engine.sh env)"
finish() { [ "$started" = no ] || setup/engine.sh stop; }
trap finish EXIT

step "build" cargo build --quiet --locked -p server
step "unit tests" cargo test --quiet --locked -p domain -p protocol -p supervisor -p server
step "prepare" target/debug/drydock prepare
step "doctor finds a level" bash -c 'target/debug/drydock doctor --json | grep -q "\"level\":\"userns\""'

printf '\n'
[ ${#failures[@]} -eq 0 ] || printf 'failed step: %s\n' "${failures[@]}"
printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
