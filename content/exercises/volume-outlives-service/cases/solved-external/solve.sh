set -e
docker compose stop
docker volume create --label keep=yes ledger-data
docker run --rm --volumes-from "$(docker compose ps -aq ledger)":ro -v ledger-data:/to busybox cp -a /srv/ledger/data/. /to/
cat > compose.yaml <<'END'
services:
  ledger:
    build: ledger
    init: true
    ports: ["8080:8080"]
    volumes:
      - {type: volume, source: ledger-data, target: /srv/ledger/data}
volumes:
  ledger-data: {external: true}
END
docker compose up -d
