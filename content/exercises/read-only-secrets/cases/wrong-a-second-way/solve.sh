set -e
cat > compose.yaml <<'EOF'
services:
  web:
    build: ./shop
    image: shop:1
    init: true
    command: web
    ports: ["8080:8080"]
    volumes: ["./conf:/conf:ro", "keys:/keys:ro", "keys:/var/lib/web"]
  bank:
    build: ./shop
    image: shop:1
    init: true
    command: bank
    volumes: ["./secrets:/secrets:ro"]
  keeper:
    build: ./keeper
    image: keeper:1
    init: true
    volumes: ["keys:/keys"]
volumes:
  keys: {}
EOF
docker compose up -d --build
