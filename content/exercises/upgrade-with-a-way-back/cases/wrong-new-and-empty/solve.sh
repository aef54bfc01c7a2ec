chmod +x upgrade
./upgrade ci:2 || true
