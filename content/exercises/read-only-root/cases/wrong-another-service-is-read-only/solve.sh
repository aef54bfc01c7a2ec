set -e
cat > compose.yaml <<'EOF'
services:
  tally:
    build: ./tally
    image: tally:1
    init: true
    ports: ["8080:8080"]
    tmpfs: ["/tmp:size=16m", "/run:size=1m", "/app/cache:size=16m"]
    volumes: ["votes:/var/lib/tally"]
    labels: { read_only: "true" }
  decoy:
    image: busybox
    read_only: true
    command: sleep 1000
volumes:
  votes: {}
EOF
docker compose up -d --build
