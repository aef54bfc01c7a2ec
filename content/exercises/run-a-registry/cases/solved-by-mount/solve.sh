set -e
mkdir -p shelf
docker run -d --name registry --restart always --publish 127.0.0.1:5000:5000 \
    --mount type=bind,source=/root/work/shelf,target=/var/lib/registry registry:2
docker build -q -t localhost:5000/team/badge:1 .
until curl -fs http://localhost:5000/v2/ >/dev/null; do sleep 0.2; done
docker push -q localhost:5000/team/badge:1
docker buildx imagetools create -t localhost:5000/team/badge:stable localhost:5000/team/badge:1
