set -e
sed -i '/^CMD/i HEALTHCHECK NONE' Dockerfile
docker build -q -t stock:checked .
