set -e
cat > compose.yaml <<'EOF'
services:
  tally:
    build: ./tally
    image: tally:1
    init: true
    ports: ["8080:8080"]
    volumes: ["votes:/var/lib/tally"]
volumes:
  votes: {}
EOF
docker compose up -d --build
