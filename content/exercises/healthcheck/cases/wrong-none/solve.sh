set -e
sed -i '/^CMD/i # nothing' Dockerfile
docker build -q -t stock:checked .
