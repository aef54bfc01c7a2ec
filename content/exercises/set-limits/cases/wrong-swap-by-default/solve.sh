set -e
cat > compose.yaml <<'EOF'
services:
  thumbs:
    build: ./thumbs
    image: thumbs:1
    init: true
    ports: ["8080:8080"]
    restart: unless-stopped
    mem_limit: 96m
    cpus: 0.5
    ulimits:
      nofile: { soft: 256, hard: 512 }
      fsize: 8388608
      core: 0
EOF
docker compose up -d --build
docker update --memory 64m --memory-swap 64m queue
