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
docker cp -q ci:/etc/ci/key project/key
there run --rm -v ci-data:/to busybox chown -R 1000:1000 /to
cd project
there compose up -d --build --quiet-pull
for i in $(seq 40); do if curl -fs -m 3 second:8080; then break; fi; sleep 0.5; done
