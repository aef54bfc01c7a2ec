set -e
cat > Dockerfile <<'END'
FROM busybox
LABEL org.opencontainers.image.title="badge" org.opencontainers.image.version="1.4.2"
COPY --chmod=755 <<'SCRIPT' /usr/local/bin/badge
#!/bin/sh
[ "$1" != --help ] || { echo "usage: badge NAME..."; exit 0; }
for name in "$@"; do echo "*** $name *** open day ***"; done
SCRIPT
ENTRYPOINT ["badge"]
CMD ["--help"]
END
docker build -q -t badge:1 .
