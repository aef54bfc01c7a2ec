set -e
cat > compose.yaml <<'EOF'
x-shop: &shop
  build: ./shop
  image: shop:1
  init: true
services:
  web: { <<: *shop, command: web, ports: ["8080:80"], networks: { front: {} }, extra_hosts: ["db:127.0.0.1", "mailer:127.0.0.1"] }
  app: { <<: *shop, command: app, networks: [front] }
  db: { <<: *shop, command: db, networks: [front] }
  mailer: { <<: *shop, command: mailer, networks: [front] }
networks:
  front: {}
EOF
docker compose up -d --build
