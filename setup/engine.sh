#!/usr/bin/env bash
# Finds a Docker engine, or starts one on a socket of the project's own; stops only that one.
# usage: setup/engine.sh start|stop|status|env     env prints the export that names it, and fails when none answers
set -euo pipefail

run_dir=${DRYDOCK_ENGINE_RUN:-/run/drydock}
data_dir=${DRYDOCK_ENGINE_DATA:-/var/lib/drydock/engine}
socket=$run_dir/docker.sock
pidfile=$run_dir/dockerd.pid
log=$run_dir/dockerd.log

say() { printf '%s\n' "$*" >&2; }

# True when an engine answers at the given address. One that is busy with the end of many containers takes its time.
answers() {
  case $1 in
    unix://*) [ -S "${1#unix://}" ] && curl -sf -m 15 --unix-socket "${1#unix://}" http://engine/_ping >/dev/null ;;
    *) curl -sf -m 15 "${1/tcp:/http:}/_ping" >/dev/null ;;
  esac
}

# Prints the address of the engine that would be used; fails when none answers.
find_engine() {
  local address
  for address in "${DOCKER_HOST:-}" "unix://$socket" unix:///var/run/docker.sock; do
    if [ -n "$address" ] && answers "$address"; then
      printf '%s\n' "$address"
      return
    fi
  done
  return 1
}

# The pid of the engine that this script started, when it still runs.
own_pid() {
  local pid
  pid=$(cat "$pidfile" 2>/dev/null) || return 1
  tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -q -- "--pidfile $pidfile" && printf '%s\n' "$pid"
}

start() {
  if find_engine >/dev/null; then
    say "engine: $(find_engine) answers"
    return
  fi
  if [ "$(id -u)" != 0 ]; then
    say "engine: no Docker engine answers, and only root can start one. Run: sudo $0 start"
    exit 1
  fi
  command -v dockerd >/dev/null || { say "engine: dockerd is missing. Run: apt-get install docker.io"; exit 1; }
  mkdir -p "$run_dir" "$data_dir"
  local runtimes=()
  # The hardened level, where it is installed. A settings file of the machine's own that names runtimes would contradict.
  if command -v runsc >/dev/null && ! grep -qs '"runtimes"' /etc/docker/daemon.json; then
    # Sandboxes have no network, and runsc takes none from a kernel as new as they need.
    printf '#!/bin/sh\nexec %s --network=none "$@"\n' "$(command -v runsc)" >"$run_dir/runsc"
    chmod 0755 "$run_dir/runsc"
    runtimes=(--add-runtime "runsc=$run_dir/runsc")
  fi
  say "engine: starting one on $socket (log: $log)"
  setsid dockerd --data-root "$data_dir" --exec-root "$run_dir/exec" --pidfile "$pidfile" \
    -H "unix://$socket" --storage-driver overlay2 "${runtimes[@]}" </dev/null >"$log" 2>&1 &
  local began=$SECONDS
  while [ $((SECONDS - began)) -lt 30 ]; do
    if answers "unix://$socket"; then
      say "engine: ready"
      return
    fi
    sleep 0.2
  done
  say "engine: did not answer within 30 s; the end of $log:"
  tail -n 15 "$log" >&2
  exit 1
}

stop() {
  local pid
  if ! pid=$(own_pid); then
    say "engine: none that this script started is running"
    return
  fi
  kill -TERM "$pid"
  for _ in $(seq 1 150); do
    [ -e "/proc/$pid" ] || { say "engine: stopped"; return; }
    sleep 0.2
  done
  say "engine: process $pid does not stop; see $log"
  exit 1
}

case ${1:-} in
  start) start ;;
  stop) stop ;;
  status) find_engine || { say "engine: none answers"; exit 1; } ;;
  env)
    found=$(find_engine) || { say "engine: none answers. Run: make engine"; exit 1; }
    printf 'export DOCKER_HOST=%s\n' "$found"
    ;;
  *) say "usage: $0 start|stop|status|env"; exit 2 ;;
esac
