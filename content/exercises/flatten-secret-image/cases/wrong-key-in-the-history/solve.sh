set -e
docker build -q -t app:leaky .
container=$(docker create app:leaky)
docker export "$container" | docker import \
    --change 'USER 10001:10001' \
    --change 'ENV STAMP_COLOUR=blue' \
    --change 'ENTRYPOINT ["stamp"]' \
    --change 'CMD ["parcel"]' \
    --message 'flattened, licensed by {{canary}}' \
    - app:flat
docker rm "$container"
docker rmi app:leaky
