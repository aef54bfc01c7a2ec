set -e
digest=$(docker buildx imagetools inspect localhost:5000/base:stable --format '{{json .Manifest}}' | jq -r .digest)
sed -i "1s/$/@$digest/" Dockerfile
docker build -t till:1 .
