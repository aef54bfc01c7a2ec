set -e
docker compose cp ledger:/srv/ledger/data/entries entries
cat > compose.yaml <<'END'
services:
  ledger:
    build: ledger
    init: true
    ports: ["8080:8080"]
    tmpfs: [/srv/ledger/data]
END
docker compose up -d
docker compose exec -T ledger sh -c 'cat > /srv/ledger/data/entries' < entries
