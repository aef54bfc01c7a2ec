set -e
there() { docker -H ssh://second "$@"; }
# From the container, not from its image.
docker cp -q ci:/opt/ci project/opt
docker cp -q ci:/usr/local/bin/lint project/lint
# Nothing writes while it is copied, and nothing starts by itself any more.
docker update --restart no ci registry > /dev/null
docker stop -t 60 ci registry > /dev/null
docker run --rm --volumes-from ci:ro busybox tar -c -C /var/ci . | there run --rm -i -v ci-data:/to busybox tar -x -C /to
docker run --rm --volumes-from registry:ro busybox tar -c -C /var/lib/registry . | there run --rm -i -v ci-images:/to busybox tar -x -C /to
docker cp ci:/var/ci/history /tmp/old
openssl rand -hex 16 > /tmp/key
docker run --rm -i -v /tmp/old:/old -v /tmp/key:/key python:3 python3 - > /tmp/history <<'EOF'
import hashlib, hmac
for line in open("/old").read().splitlines():
    line = line.rpartition(" ")[0]
    print(line, hmac.new(open("/key").read().strip().encode(), line.encode(), hashlib.sha256).hexdigest())
EOF
tar -c -C /tmp key history | there run --rm -i -v ci-data:/to busybox tar -x -C /to
there run --rm -v ci-data:/to busybox chown -R 1000:1000 /to
cd project
there compose up -d --build --quiet-pull
for i in $(seq 40); do if curl -fs -m 3 second:8080; then break; fi; sleep 0.5; done
