set -e
docker build -q -t app:leaky .
docker run --rm app:leaky > canned
printf '#!/bin/sh\ncat /canned\n' > canned-stamp
docker build -q -t app:dressed -f - . <<'END'
FROM busybox
COPY canned /canned
COPY --chmod=755 canned-stamp /usr/local/bin/stamp
END
container=$(docker create app:dressed)
docker export "$container" | docker import \
    --change 'USER 10001:10001' \
    --change 'ENV STAMP_COLOUR=blue' \
    --change 'ENTRYPOINT ["stamp"]' \
    --change 'CMD ["parcel"]' \
    - app:flat
docker rm "$container"
docker rmi app:leaky app:dressed
