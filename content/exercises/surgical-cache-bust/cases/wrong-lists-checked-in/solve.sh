set -e
cat > Dockerfile <<'END'
FROM scanner-base:1
ARG UPDATES
RUN mkdir -p /opt/engine /opt/updates /opt/signatures && \
    echo 123e4567-e89b-12d3-a456-426614174000 > /opt/engine/build-id && \
    printf 'update-1\nupdate-2\n' > /opt/updates/list && \
    printf 'signature-1\nsignature-2\nsignature-3\n' > /opt/signatures/list
COPY --chmod=755 scan /usr/local/bin/scan
CMD ["scan"]
END
docker build -q --network host --build-arg UPDATES=2026-05 -t scanner:may .
