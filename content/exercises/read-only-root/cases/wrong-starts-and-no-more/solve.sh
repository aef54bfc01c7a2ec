set -e
cat > compose.yaml <<'EOF'
services:
  tally:
    build: ./tally
    image: tally:1
    init: true
    ports: ["8080:8080"]
    read_only: true
    tmpfs: ["/run:size=1m", "/app/cache:size=1m"]
    volumes: ["votes:/var/lib/tally"]
volumes:
  votes: {}
EOF
docker compose up -d --build
