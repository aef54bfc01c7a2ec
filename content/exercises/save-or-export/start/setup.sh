set -e
d=$(mktemp -d)
# The image that is handed over.
printf '#!/bin/sh\necho "paint {{nonce}} $COLOUR $(printf %%s "${1:-wall}" | sha256sum | cut -c 1-64)"\n' > $d/paint
cat > $d/Dockerfile <<'END'
FROM busybox
ENV COLOUR=blue
LABEL batch={{nonce}}
COPY --chmod=755 paint /usr/local/bin/paint
RUN mkdir /work && echo draft > /work/draft && chown -R 10001:10001 /work /etc/group
USER 10001:10001
ENTRYPOINT ["paint"]
CMD ["wall"]
END
docker build -q -t paint:1 -t paint:stable $d > /dev/null
# The container whose files are wanted.
docker run --name painter --entrypoint sh paint:1 -c 'echo "painted {{canary}}" > /work/result; rm /work/draft; echo "last:x:{{nonce}}:" >> /etc/group' > /dev/null
# The archive that somebody left.
printf '#!/bin/sh\necho "$TOWN: $(printf %%s "${1:-nobody}" | sha256sum | cut -c 1-64), {{nonce}}, as $(id -u)"\n' > $d/announce
printf 'FROM busybox\nCOPY --chmod=755 announce /opt/announce\n' > $d/Dockerfile
docker build -q -t left $d > /dev/null
id=$(docker create left); docker export $id | gzip > left-behind.tar.gz
docker rm $id > /dev/null; docker rmi left > /dev/null
rm -r $d
