set -eu
host=$(docker network inspect bridge --format '{{(index .IPAM.Config 0).Gateway}}')
if docker image inspect press:kept > /dev/null 2>&1; then
  docker tag press:kept "$1"
else
  docker build -q --build-arg http_proxy="http://$host:3128" -t "$1" .
  docker tag "$1" press:kept
fi
