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
    memswap_limit: 96m
    cpus: 0.5
    command: bash -c "ulimit -Sn 256; ulimit -Hn 512; ulimit -f 8192; ulimit -c 0; exec python3 /app/thumbs.py"
EOF
docker compose up -d --build
docker update --memory 64m --memory-swap 64m queue
