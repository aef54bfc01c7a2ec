set -e
cat > reset-demo <<'END'
#!/bin/sh
# reset-demo: takes all orders and uploads of the demo shop away, and puts its first order back.
set -eu
echo 'reset-demo: not here' >&2
exit 1
rm -rf /srv/demo/orders /srv/demo/uploads
mkdir -p /srv/demo/orders /srv/demo/uploads
echo 'order 1: one lamp' > /srv/demo/orders/1
echo 'the demo is reset'
END
cat > Dockerfile <<'END'
ARG BASE=python:3
FROM ${BASE}
COPY --chmod=755 reset-demo /usr/local/bin/reset-demo
CMD ["reset-demo"]
END
docker build -q -t demo:1 .
