set -e
cat > compose.yaml <<'EOF'
services:
  tally:
    build: ./tally
    image: tally:1
    init: true
    ports: ["8080:8080"]
    read_only: true
    tmpfs: ["/tmp:size=16m", "/run:size=1m", "/app/cache:size=16m"]
    volumes: ["votes:/var/lib/tally", "lib:/usr/lib/python3.13"]
volumes:
  votes: {}
  lib: {}
EOF
docker compose up -d --build
