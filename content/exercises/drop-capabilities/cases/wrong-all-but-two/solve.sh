set -e
cat > compose.yaml <<'EOF'
services:
  gate:
    build: ./gate
    image: gate:1
    init: true
    ports: ["8080:80"]
    volumes: ["spool:/var/spool/gate"]
    cap_drop: [NET_ADMIN, SYS_PTRACE]
    cap_add: [ALL]
volumes:
  spool: {}
EOF
docker compose up -d --build
