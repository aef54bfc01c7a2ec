set -e
docker compose cp ledger:/srv/ledger/data/entries entries
docker compose down
cat > compose.yaml <<'END'
name: ledger
services:
  ledger:
    build: ledger
    init: true
    ports: ["8080:8080"]
    volumes: ["data:/srv/ledger/data"]
volumes:
  data:
END
docker compose up -d --build
docker compose cp entries ledger:/srv/ledger/data/entries
