set -e
cat > compose.yaml <<'EOF'
services:
  tally:
    build: ./tally
    image: tally:1
    init: true
    ports: ["8080:8080"]
    read_only: true
    tmpfs: ["/tmp:size=16m", "/run:size=1m"]
    volumes: ["votes:/var/lib/tally", "app:/app"]
volumes:
  votes: {}
  app: {}
EOF
docker compose up -d --build
