#!/usr/bin/env bash
# Installs those of the named Debian packages that are missing; never removes one.
# usage: setup/packages.sh [--newest] NAME…     --newest: also brings those that are there up to date
# Exit codes: 0 all are there · 1 apt failed · 3 this machine cannot be equipped from here (the command is named).
set -euo pipefail

say() { printf 'packages: %s\n' "$*" >&2; }

newest=no
if [ "${1-}" = --newest ]; then newest=yes; shift; fi

missing=()
for name in "$@"; do
  if [ $newest = yes ] || [ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null)" != installed ]; then
    missing+=("$name")
  fi
done
[ ${#missing[@]} -gt 0 ] || exit 0

if ! command -v apt-get >/dev/null; then
  say "this is not Debian or Ubuntu. Install what your distribution calls: ${missing[*]}"
  exit 3
fi

as_root=()
if [ "$(id -u)" != 0 ]; then
  # With no terminal there is nobody to type a password.
  if command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
    as_root=(sudo)
  else
    say "only root may install packages. Run: sudo apt-get install --no-install-recommends ${missing[*]}"
    exit 3
  fi
fi

say "installing ${missing[*]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# A package's own start-up script must not start or restart services here: the project starts what it needs.
apt() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=l \
    apt-get -qq -o DPkg::Lock::Timeout=120 "$@" </dev/null >>"$log" 2>&1
}

# Old lists name old packages, or some that are gone. Where the machine is away from the network, the old ones serve.
if [ $newest = yes ] || [ -n "$(find /var/lib/apt/lists -maxdepth 0 -mmin +1440)" ]; then
  apt update || say "the package lists could not be refreshed; going on with those that are here"
fi
if ! apt install --yes --no-install-recommends --no-remove "${missing[@]}"; then
  say "refreshing the package lists first"
  if ! { apt update && apt install --yes --no-install-recommends --no-remove "${missing[@]}"; }; then
    say "apt-get failed; it said:"
    tail -n 15 "$log" >&2
    say "Run by hand: apt-get update && apt-get install --no-install-recommends ${missing[*]}"
    exit 1
  fi
fi
