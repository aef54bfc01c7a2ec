set -e
docker context create live --docker host=ssh://second > /dev/null
docker cp -q ci:/opt/ci project/opt
docker cp -q ci:/usr/local/bin/lint project/lint
# The image is made here and travels as a stream.
cd project
docker compose build -q
docker save ci:5 | docker --context live load -q > /dev/null
docker --context live volume create ci-data > /dev/null
docker --context live compose up -d --no-build registry
# Nobody but the other host itself reaches its registry: a way through ssh. What is copied keeps its digest.
ssh -f -N -L 5001:localhost:5000 second > /dev/null 2>&1
for i in $(seq 40); do if curl -fs localhost:5001/v2/ > /dev/null; then break; fi; sleep 0.5; done
for image in base:1 greet:1 greet:3 tariff:1; do docker buildx imagetools create -t localhost:5001/$image localhost:5000/$image; done
# Stopped, and not started again with its host.
docker update --restart unless-stopped ci > /dev/null
docker stop -t 30 ci > /dev/null
docker --context live compose create --no-build ci
docker cp ci:/var/ci/. - | docker --context live compose cp - ci:/var/ci
docker cp ci:/etc/ci/key - | docker --context live compose cp - ci:/var/ci
docker --context live compose run --rm --no-deps --user 0 ci chown -R 1000:1000 /var/ci
docker --context live compose up -d --no-build
for i in $(seq 40); do if curl -fs -m 3 second:8080; then break; fi; sleep 0.5; done
