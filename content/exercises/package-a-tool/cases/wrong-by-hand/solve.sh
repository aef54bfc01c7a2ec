set -e
curl -s -o /tmp/ledger.deb http://localhost:8098/ledger_1.4_all.deb
dpkg-deb --fsys-tarfile /tmp/ledger.deb | tar -xO ./usr/bin/ledger > ledger && chmod 755 ledger
echo EUR > currency
docker build -q --network host -t ledger:1.4 -t ledger:latest .
