set -e
cat > compose.yaml <<'EOF'
x-shop: &shop
  build: ./shop
  image: shop:1
  init: true
services:
  web: { <<: *shop, command: web, ports: ["8080:80"], networks: [front] }
  app: { <<: *shop, command: app, networks: [front, back, mail] }
  db: { <<: *shop, command: db, network_mode: "service:mailer" }
  mailer: { <<: *shop, command: mailer, networks: [mail] }
networks:
  front: {}
  back: { internal: true }
  mail: {}
EOF
docker compose up -d --build
