#!/bin/sh
# audit.sh: looks at how the containers of `front` and `book` are configured, and tells what it finds.
# It ends with 0 when it finds nothing. It reads `docker inspect` and nothing else.
set -u
cd "$(dirname "$0")" || exit
findings=0
for service in front book; do
  id=$(docker compose ps -q "$service")
  if [ -z "$id" ]; then echo "[WARN] $service does not run"; findings=$((findings + 1)); continue; fi
  found=$(docker inspect "$id" | jq -r '.[0] | .HostConfig as $host |
    (select($host.Privileged) | "is privileged"),
    (select(.Config.User | IN("", "0", "root")) | "runs as root"),
    (select($host.ReadonlyRootfs | not) | "has a writable root file system"),
    (select($host.CapDrop // [] | index("ALL") | not) | "keeps the default capabilities"),
    ($host.CapAdd // [] | .[] | "adds the capability \(.)"),
    (select($host.SecurityOpt // [] | any(startswith("no-new-privileges")) | not) | "may gain privileges"),
    ($host.SecurityOpt // [] | .[] | select(contains("unconfined")) | "has a filter switched off: \(.)"),
    ($host | to_entries[] | select(.key | IN("PidMode", "IpcMode", "NetworkMode", "UTSMode")) | select(.value == "host") | "\(.key) is the one of the host"),
    (.Mounts[] | select(.Source | endswith("docker.sock")) | "has the socket of the engine"),
    (.Mounts[] | select(.Type == "bind" and .RW) | "may write to \(.Source) of the host"),
    (select($host.Memory == 0) | "has no limit of memory"),
    (select(($host.PidsLimit // 0) <= 0) | "has no limit of processes"),
    (select($host.NanoCpus == 0 and $host.CpuQuota == 0) | "has no limit of processor time"),
    ($host.PortBindings // {} | to_entries[] | .value[] | select(.HostIp != "127.0.0.1") | "publishes port \(.HostPort) for everybody")')
  [ -z "$found" ] && { echo "[PASS] $service"; continue; }
  echo "$found" | sed "s/^/[WARN] $service /"
  findings=$((findings + $(echo "$found" | wc -l)))
done
echo "$findings findings"
[ "$findings" = 0 ]
