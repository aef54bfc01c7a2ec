#!/usr/bin/env bash
# Prints the path of an nginx, to be tested behind and compared with: the machine's, else Debian's, unpacked below target/
# and not installed, for installing it would start a web server.
# usage: setup/nginx.sh
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

if command -v nginx; then exit 0; fi
place=$here/target/nginx
if [ ! -x "$place/usr/sbin/nginx" ]; then
  mkdir -p "$place"
  cd "$place"
  apt-get -qq download nginx >&2
  dpkg-deb -x nginx_*.deb .
  rm -f nginx_*.deb
fi
"$place/usr/sbin/nginx" -v 2>/dev/null
printf '%s\n' "$place/usr/sbin/nginx"
