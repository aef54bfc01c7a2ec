set -e
cat > compose.yaml <<'EOF'
x-shop: &shop
  build: ./shop
  image: shop:1
  init: true
services:
  web: { <<: *shop, command: web, ports: ["8080:80"], networks: [all] }
  app: { <<: *shop, command: app, networks: [all] }
  db: { <<: *shop, command: db, networks: { all: { aliases: [hidden] } } }
  mailer: { <<: *shop, command: mailer, networks: [all] }
networks:
  all: {}
EOF
docker compose up -d --build
