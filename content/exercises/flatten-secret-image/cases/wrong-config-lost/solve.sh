set -e
docker build -q -t app:leaky .
container=$(docker create app:leaky)
docker export "$container" | docker import - app:flat
docker rm "$container"
docker rmi app:leaky
