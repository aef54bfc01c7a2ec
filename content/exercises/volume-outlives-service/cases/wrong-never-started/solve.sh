set -e
docker run --rm --volumes-from "$(docker compose ps -q ledger)":ro -v ledger-data:/to busybox cp -a /srv/ledger/data/. /to/
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
