set -e
cat > compose.yaml <<'EOF'
x-shop: &shop
  build: ./shop
  image: shop:1
  init: true
services:
  web: { <<: *shop, command: web, ports: ["8080:80"], networks: [front] }
  app: { <<: *shop, command: app, networks: [front, back, mail], ports: ["8081:80"] }
  db: { <<: *shop, command: db, networks: [back, open], ports: ["8082:80"] }
  mailer: { <<: *shop, command: mailer, networks: [mail] }
networks:
  front: {}
  back: { internal: true }
  mail: {}
  open: {}
EOF
docker compose up -d --build
