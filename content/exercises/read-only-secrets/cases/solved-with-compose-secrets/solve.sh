set -e
cat > compose.yaml <<'EOF'
services:
  web:
    build: ./shop
    image: shop:1
    init: true
    command: web
    ports: ["8080:8080"]
    configs:
      - { source: prices, target: /conf/prices.json }
    volumes:
      - { type: volume, source: keys, target: /keys, read_only: true }
  bank:
    build: ./shop
    image: shop:1
    init: true
    command: bank
    environment: { BANK_PASSWORD_FILE: /run/secrets/bank-password }
    secrets: [bank-password]
  keeper:
    build: ./keeper
    image: keeper:1
    init: true
    volumes: ["keys:/keys"]
configs:
  prices: { file: ./conf/prices.json }
secrets:
  bank-password: { file: ./secrets/bank-password }
volumes:
  keys: {}
EOF
docker compose up -d --build
