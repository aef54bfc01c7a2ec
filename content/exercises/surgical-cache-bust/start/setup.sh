set -e
# The mirror. Its content is changed by `publish`.
mkdir -p /root/mirror
printf 'update-1\nupdate-2\n' > /root/mirror/updates
printf 'signature-1\nsignature-2\nsignature-3\n' > /root/mirror/signatures
echo 'release 3, 000000000000' > /root/mirror/signatures.version
cat > /root/mirror.conf <<'END'
server {
    listen 80;
    root /mirror;
    location = /status { return 200 "mirror is well, $msec, $request_id\n"; }
}
END
docker run -d --name mirror --restart unless-stopped -p 127.0.0.1:8099:80 -v /root/mirror:/mirror:ro -v /root/mirror.conf:/etc/nginx/conf.d/default.conf:ro nginx > /dev/null
# The team's base image.
base=$(mktemp -d)
cat > "$base/build-engine" <<'END'
#!/bin/sh
# build-engine: compiles the engine. That takes its time.
set -eu
mkdir -p /opt/engine
sleep 5
cat /proc/sys/kernel/random/uuid > /opt/engine/build-id
END
cat > "$base/get-updates" <<'END'
#!/bin/sh
# get-updates: installs all updates that the mirror has today.
set -eu
mkdir -p /opt/updates
wget -q -O /opt/updates/list http://localhost:8099/updates
cat /proc/sys/kernel/random/uuid > /opt/updates/.installed
END
cat > "$base/get-signatures" <<'END'
#!/bin/sh
# get-signatures: fetches the signatures that the mirror has now.
set -eu
mkdir -p /opt/signatures
wget -q -O - http://localhost:8099/signatures | sort > /opt/signatures/list
[ -s /opt/signatures/list ]
cat /proc/sys/kernel/random/uuid > /opt/signatures/.fetched
END
printf 'FROM busybox\nCOPY --chmod=755 build-engine get-updates get-signatures /usr/local/bin/\n' > "$base/Dockerfile"
docker build -q -t scanner-base:1 "$base" > /dev/null
rm -r "$base"
until curl -fs http://localhost:8099/signatures.version > /dev/null; do sleep 0.1; done
