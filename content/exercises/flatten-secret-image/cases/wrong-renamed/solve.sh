set -e
docker build -q -t app:leaky .
docker tag app:leaky app:flat
docker rmi app:leaky
