#!/usr/bin/env bash
# Every test, one step after the other; goes on after a step that fails, names it, and exits non-zero.
# usage: setup/test.sh [STEP…]     only the named steps, in the order below; all of them unless told
set -uo pipefail
cd "$(dirname "$0")/.."

# Where there is no engine, tests that want one must fail, not be left out.
export CI=true
only=("$@")
said=target/test
mkdir -p "$said"
passed=0 failed=0 failures=() table=()
wanted() { [ ${#only[@]} -eq 0 ] || [[ " ${only[*]} " == *" $1 "* ]]; }
# step NAME COMMAND…: runs it unless others were asked for, and keeps what came of it and how long it took.
step() {
  local name=$1; shift
  wanted "$name" || return 0
  printf '\n== %s\n' "$name"
  local began=$SECONDS word=ok
  # A pipe would run the step in a shell of its own, and what it sets would be lost.
  local out keeper
  exec {out}> >(tee "$said/$name.log")
  keeper=$!
  "$@" >&"$out" 2>&1
  local code=$?
  exec {out}>&-
  # All of it is written before it is shown again.
  wait "$keeper"
  if [ "$code" -eq 0 ]; then passed=$((passed + 1)); else word=FAILED; failed=$((failed + 1)); failures+=("$name"); fi
  table+=("$(printf '%-10s %-6s %5d s' "$name" "$word" $((SECONDS - began)))")
  printf '== %s: %s (%d s)\n' "$name" "$word" $((SECONDS - began))
}

declare -A asides
# aside NAME COMMAND…: begins what wants no engine, with what the steps leave of the processors, for most of them wait most
# of the time. `step NAME told NAME` waits for it.
aside() {
  local name=$1; shift
  wanted "$name" || return 0
  # Of a session of its own, for the kernel shares processors between sessions before it looks at who is nice.
  setsid bash -c '[ ! -w /proc/self/autogroup ] || echo 19 >/proc/self/autogroup; exec nice -n 19 "$@"' aside "$@" >"$said/$name.aside" 2>&1 &
  asides[$name]=$!
}
told() {
  local code=0
  wait "${asides[$1]}" || code=$?
  unset "asides[$1]"
  cat "$said/$1.aside"
  return "$code"
}

# Every container, volume and network of the engine, a line each.
remains() {
  docker ps --all --format 'container {{.ID}} {{.Names}}'
  docker volume ls --format 'volume {{.Name}}' | grep -v '^volume drydock-' || true
  docker network ls --format 'network {{.Name}}'
}
nothing_left() { diff <(sort <<<"$before") <(remains | sort); }

# No tests in documentation: rustdoc may belong to another compiler than the one that is built with.
unit() { env -u DRYDOCK_SANDBOX__LEVEL cargo test --quiet --locked --workspace --tests; }
scripts() { (cd app/js && npm run --silent check && npm test --silent); }
# Which of so many turns this commit has, as 2/4; fails where everything is to be done: unless EXERCISES=turns, and where
# there is no history.
turn() {
  local commits
  [ "${EXERCISES:-all}" = turns ] && commits=$(git rev-list --count HEAD) && echo "$((commits % $1 + 1))/$1"
}
# Files of a part of the content that changed within six hours before the last commit, and are still there.
changed() {
  local last file
  last=$(git log -1 --format=%ct)
  git log --since "@$((last - 6 * 3600))" --name-only --format= -- "content/$1" | sort -u |
    while read -r file; do if [ -e "$file" ]; then echo "$file"; fi; done
}
# What chapters and tasks offer to try, and the cheat sheet's entries. Where they take turns, chapters that changed are
# done as well, unless they are so many that it would take longer than CI may.
content() {
  local options=(--run --parallel 4) chapters=() turn name
  if ! turn=$(turn 4); then target/debug/drydock lint "${options[@]}"; return; fi
  for name in $(changed chapters | sed -nE 's|.*/[0-9]+-([^/]+)\.md$|\1|p'); do chapters+=(--chapter "$name"); done
  target/debug/drydock lint "${options[@]}" --turn "$turn" || return
  if [ ${#chapters[@]} -gt 0 ] && [ ${#chapters[@]} -le 24 ]; then target/debug/drydock lint "${options[@]}" "${chapters[@]}"; fi
}
# Every case of every exercise. Where they take turns, of those whose turn it is and of those that changed, unless these
# are so many that they would take longer than CI may; of a third of the others what is quick.
exercises() {
  local options=(--all --parallel 4) whole=() turn name cases
  if turn=$(turn 12); then
    options+=(--turn "$turn" --in-short "$(turn 3)")
    mapfile -t whole < <(changed exercises | cut -d / -f 3 | uniq)
    cases=$(for name in "${whole[@]}"; do ls "content/exercises/$name/cases"; done | wc -l)
    if [ "$cases" -le 50 ]; then for name in "${whole[@]}"; do options+=(--whole "$name"); done; fi
  fi
  target/debug/drydock exercise test "${options[@]}"
}
level() { target/debug/drydock doctor --json | grep -q '"level":"userns"'; }

# Without the older runc that suits gVisor's /proc (see the sandbox image) doctor has to say so.
gvisor() {
  export DRYDOCK_SANDBOX__LEVEL=runsc
  target/debug/drydock doctor | grep 'incorrect procfs root inode' && return
  target/debug/drydock exercise test run-as-non-root --case solved
}

started=no
setup/engine.sh status >/dev/null 2>&1 || started=yes
finish() {
  local aside
  for aside in "${asides[@]}"; do kill -- "-$aside"; done
  [ "$started" = no ] || setup/engine.sh stop
}
trap finish EXIT

# The level of all steps but those about levels; the engine that is started here has gVisor's too.
export DRYDOCK_SANDBOX__LEVEL=userns
setup/runsc.sh || exit 1
# Kills a server in the middle of a write.
setup/packages.sh strace || exit 1
make --no-print-directory tools engine || exit 1
eval "$(setup/wasm.sh env)"
engine=$(setup/engine.sh env) || exit 1
eval "$engine"

step build make --no-print-directory build
step prepare target/debug/drydock prepare
before=$(remains)
step doctor level
step content content
step unit unit
step scripts scripts
step sandboxes cargo test --quiet --locked --workspace --test docker
# Not beside those before, some of which ask what sandboxes do to each other.
aside rust setup/lint.sh
aside licences setup/deny.sh
# More at a time than there are processors: most of them wait for something most of the time.
step http cargo test --quiet --locked --workspace --test http -- --test-threads $((2 * $(nproc)))
step exercises exercises
step gvisor gvisor
step browser tests/browser/run.sh
step leftovers nothing_left
step rust told rust
step licences told licences

for name in "${failures[@]}"; do
  printf '\n== %s FAILED; its last lines (all of them: %s)\n' "$name" "$said/$name.log"
  tail -n 30 "$said/$name.log"
done
printf '\n'
printf '%s\n' "${table[@]}"
printf '%d passed, %d failed%s\n' "$passed" "$failed" "${failures[*]:+: ${failures[*]}}"
[ "$failed" -eq 0 ]
