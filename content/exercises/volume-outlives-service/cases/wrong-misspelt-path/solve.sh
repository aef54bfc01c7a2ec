set -e
cat > compose.yaml <<'END'
services:
  ledger:
    build: ledger
    init: true
    ports: ["8080:8080"]
    volumes: ["data:/srv/ledger/date"]
volumes:
  data: {name: ledger-data}
END
docker compose up -d
