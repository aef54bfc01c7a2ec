set -e
docker compose stop
docker compose cp ledger:/srv/ledger/data/entries entries
cat > compose.yaml <<'END'
services:
  ledger:
    build: ledger
    init: true
    ports: ["8080:8080"]
    volumes: ["data:/srv/ledger/data"]
volumes:
  data: {name: ledger-data}
END
docker compose create
docker compose cp entries ledger:/srv/ledger/data/entries
docker compose up -d
