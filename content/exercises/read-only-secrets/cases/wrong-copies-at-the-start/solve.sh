set -e
cat > compose.yaml <<'EOF'
services:
  web:
    build: ./shop
    image: shop:1
    init: true
    entrypoint: sh -c 'until [ -s /from/keys/current ]; do sleep 0.1; done; cp /from/keys/* /keys/ && cp /from/conf/* /conf/ && exec python3 /app/shop.py web'
    ports: ["8080:8080"]
    tmpfs: ["/keys", "/conf"]
    volumes: ["./conf:/from/conf:ro", "keys:/from/keys:ro"]
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
