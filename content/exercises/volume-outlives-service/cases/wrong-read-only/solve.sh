set -e
docker compose stop
docker run --rm --volumes-from "$(docker compose ps -aq ledger)":ro -v ledger-data:/to busybox cp -a /srv/ledger/data/. /to/
cat > compose.yaml <<'END'
services:
  ledger:
    build: ledger
    init: true
    ports: ["8080:8080"]
    volumes: ["data:/srv/ledger/data:ro"]
volumes:
  data: {name: ledger-data}
END
docker compose up -d
