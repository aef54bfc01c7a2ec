set -eu
docker build -q --build-arg http_proxy="http://localhost:3128" -t "$1" .
