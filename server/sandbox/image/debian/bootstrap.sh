#!/bin/sh
# Debian 13 into the folder $1, for hosts that reach no registry. Documentation is left out now and at every later
# installation, and apt keeps no caches, as in Debian's own slim image.
set -eu
debootstrap --variant=minbase --include=ca-certificates trixie "$1" > "$1.log" 2>&1 || { tail -n 12 "$1.log" >&2; exit 1; }
cd "$1"
printf 'path-exclude /usr/share/%s/*\n' doc man info locale groff lintian > etc/dpkg/dpkg.cfg.d/docker
cat > etc/apt/apt.conf.d/docker <<'CONF'
DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/archives/partial/*.deb /var/cache/apt/*.bin || true"; };
APT::Update::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/archives/partial/*.deb /var/cache/apt/*.bin || true"; };
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
Acquire::Languages "none";
Acquire::GzipIndexes "true";
APT::AutoRemove::SuggestsImportant "false";
CONF
cat > etc/apt/sources.list <<'LIST'
deb http://deb.debian.org/debian trixie main
deb http://deb.debian.org/debian trixie-updates main
deb http://deb.debian.org/debian-security trixie-security main
LIST
printf '#!/bin/sh\nexit 101\n' > usr/sbin/policy-rc.d
chmod 0755 usr/sbin/policy-rc.d
rm -rf usr/share/doc/* usr/share/man/* usr/share/info/* usr/share/locale/* var/cache/apt/* var/lib/apt/lists/* var/log/*
