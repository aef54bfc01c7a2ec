set -e
mkdir data
docker compose cp ledger:/srv/ledger/data/entries data/entries
cat > compose.yaml <<'END'
services:
  ledger:
    build: ledger
    init: true
    ports: ["8080:8080"]
    volumes: ["./data:/srv/ledger/data"]
END
docker compose up -d
