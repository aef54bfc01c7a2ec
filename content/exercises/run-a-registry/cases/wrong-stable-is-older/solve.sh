set -e
docker build -q -t badge:1 .
docker run -d --name registry --restart unless-stopped \
    -p 127.0.0.1:5000:5000 -v "$PWD/shelf:/var/lib/registry" registry:2
until curl -fs http://localhost:5000/v2/ >/dev/null; do sleep 0.2; done
for tag in 1 stable; do
    docker tag badge:1 localhost:5000/team/badge:$tag
    docker push -q localhost:5000/team/badge:$tag
done
docker tag busybox localhost:5000/team/badge:stable
docker push -q localhost:5000/team/badge:stable
