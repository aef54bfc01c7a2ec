#!/usr/bin/env bash
# Installs Debian's gVisor (runsc), for the hardened isolation level; Debian 12 has one that is new enough in its backports.
# An engine that runs already knows it after `setup/engine.sh stop` and `start`, or once it is registered: docs/hosts.md.
# usage: setup/runsc.sh     Exit codes: 0 it is there · 1 it cannot be had from here
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

say() { printf 'runsc: %s\n' "$*" >&2; }

# The first with namespaces of mounts, without which no engine runs inside.
oldest=20240729
new_enough() {
  local version
  version=$(runsc --version 2>/dev/null | sed -n 's/^runsc version .*\(20[0-9]\{6\}\).*/\1/p')
  [ -n "$version" ] && [ "$version" -ge "$oldest" ]
}

new_enough && exit 0
# shellcheck source=/dev/null
codename=$(. /etc/os-release 2>/dev/null && printf '%s' "${VERSION_CODENAME:-}")
if [ "$codename" != bookworm ]; then
  "$here/packages.sh" runsc || exit 1
  new_enough && exit 0
  say "the package runsc of this system is older than $oldest. Install a newer one: https://gvisor.dev/docs/user_guide/install/"
  exit 1
fi
if [ "$(id -u)" != 0 ]; then
  say "only root may install packages. Run: sudo $0"
  exit 1
fi
say "installing runsc from bookworm-backports"
# Lists and settings of its own, so that the machine's other packages stay where they are.
own=$(mktemp -d)
trap 'rm -rf "$own"' EXIT
mkdir -p "$own/lists/partial"
chmod 0755 "$own"
cat >"$own/backports.sources" <<'END'
Types: deb
URIs: http://deb.debian.org/debian
Suites: bookworm-backports
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
END
apt() {
  DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=120 -o Dir::State::Lists="$own/lists" \
    -o Dir::Etc::SourceList="$own/backports.sources" -o Dir::Etc::SourceParts=/dev/null -o APT::Sandbox::User=root \
    "$@" </dev/null >>"$own/log" 2>&1
}
if ! { apt update && apt install --yes --no-install-recommends --no-remove runsc; } || ! new_enough; then
  say "apt-get failed; it said:"
  tail -n 15 "$own/log" >&2
  exit 1
fi
