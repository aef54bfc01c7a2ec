set -e
docker compose cp ledger:/srv/ledger/data/entries entries
cat > compose.yaml <<'END'
services:
  ledger:
    build: ledger
    init: true
    ports: ["8080:8080"]
    volumes: ["ledger-data:/srv/ledger/data"]
volumes:
  ledger-data:
END
docker compose up -d
docker compose cp entries ledger:/srv/ledger/data/entries
