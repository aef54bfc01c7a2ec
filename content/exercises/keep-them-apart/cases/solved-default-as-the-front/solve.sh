set -e
cat > compose.yaml <<'EOF'
x-shop: &shop
  build: ./shop
  image: shop:1
  init: true
services:
  web: { <<: *shop, command: web, ports: ["8080:80"], networks: [default] }
  app: { <<: *shop, command: app, networks: { default: {}, store: { aliases: [shop] }, post: {} } }
  db: { <<: *shop, command: db, networks: [store] }
  mailer: { <<: *shop, command: mailer, networks: { post: { aliases: [smtp] } } }
networks:
  store: { driver: bridge, internal: true, attachable: false }
  post: { driver_opts: { com.docker.network.bridge.enable_icc: "true" } }
EOF
docker compose up -d --build
