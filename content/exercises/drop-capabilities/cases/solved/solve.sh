set -e
cat > compose.yaml <<'EOF'
services:
  gate:
    build: ./gate
    image: gate:1
    init: true
    ports: ["8080:80"]
    volumes: ["spool:/var/spool/gate"]
    cap_drop: [ALL]
    cap_add: [CHOWN, SETGID, SETUID]
volumes:
  spool: {}
EOF
docker compose up -d --build
