set -e
docker build -q -t next:fat .
{
    echo 'FROM busybox'
    echo 'ENV NEXT_TABLE=/usr/local/share/next.table'
    echo 'COPY --chmod=755 next /usr/local/bin/next'
    echo "COPY <<'TABLE' /usr/local/share/next.table"
    docker run --rm --entrypoint cat next:fat /usr/local/share/next.table
    echo 'TABLE'
    echo 'USER 10001:10001'
    echo 'ENTRYPOINT ["next"]'
    echo 'CMD ["harbour"]'
} > Dockerfile
docker build -q -t next:slim .
