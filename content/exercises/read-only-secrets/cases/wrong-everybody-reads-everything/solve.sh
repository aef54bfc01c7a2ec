set -e
cat > compose.yaml <<'EOF'
x-common: &common
  init: true
  volumes: ["./conf:/conf:ro", "./secrets:/secrets:ro", "keys:/keys:ro"]
services:
  web:
    <<: *common
    build: ./shop
    image: shop:1
    command: web
    ports: ["8080:8080"]
  bank:
    <<: *common
    build: ./shop
    image: shop:1
    command: bank
  keeper:
    <<: *common
    build: ./keeper
    image: keeper:1
    volumes: ["./conf:/conf:ro", "./secrets:/secrets:ro", "keys:/keys"]
volumes:
  keys: {}
EOF
docker compose up -d --build
