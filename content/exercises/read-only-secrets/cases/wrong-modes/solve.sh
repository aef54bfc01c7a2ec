set -e
cat > compose.yaml <<'EOF'
services:
  web:
    build: ./shop
    image: shop:1
    init: true
    command: web
    ports: ["8080:8080"]
    volumes: ["./conf:/conf", "keys:/keys"]
  bank:
    build: ./shop
    image: shop:1
    init: true
    command: bank
    volumes: ["./secrets:/secrets"]
  keeper:
    build: ./keeper
    image: keeper:1
    init: true
    volumes: ["keys:/keys"]
volumes:
  keys: {}
EOF
chmod -R a-w conf secrets
docker compose up -d --build
