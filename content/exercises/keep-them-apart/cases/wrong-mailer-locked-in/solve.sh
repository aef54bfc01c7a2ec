set -e
cat > compose.yaml <<'EOF'
x-shop: &shop
  build: ./shop
  image: shop:1
  init: true
services:
  web: { <<: *shop, command: web, ports: ["8080:80"], networks: [front] }
  app: { <<: *shop, command: app, networks: [front, back] }
  db: { <<: *shop, command: db, networks: [back] }
  mailer: { <<: *shop, command: mailer, networks: [back] }
networks:
  front: {}
  back: { internal: true }
EOF
docker compose up -d --build
