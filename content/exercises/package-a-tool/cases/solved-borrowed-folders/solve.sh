set -e
docker build -q --network host -t ledger .
docker tag ledger ledger:1.4
