set -e
docker build -q --network host -t ledger:1.4 -t ledger:latest .
