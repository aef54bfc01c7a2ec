set -e
docker build -q --network host -t ledger:latest .
docker build -q --network host --label org.opencontainers.image.version=1.4 -t ledger:1.4 .
