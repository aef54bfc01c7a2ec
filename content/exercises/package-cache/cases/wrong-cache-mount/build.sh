set -eu
host=$(docker network inspect bridge --format '{{(index .IPAM.Config 0).Gateway}}')
sed -e 's|^RUN |RUN --mount=type=cache,target=/kept |' -e 's|wget -q -O "$name"|cp "/kept/$name" . 2>/dev/null \|\| wget -q -O "$name"|' \
  -e 's|pool/$name"; done|pool/$name"; cp "$name" /kept/; done|' Dockerfile |
  docker build -q --build-arg http_proxy="http://$host:3128" -t "$1" -f - .
