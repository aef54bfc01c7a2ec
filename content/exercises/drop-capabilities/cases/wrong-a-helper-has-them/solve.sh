set -e
cat > compose.yaml <<'EOF'
services:
  gate:
    build: ./gate
    image: gate:1
    init: true
    ports: ["8080:80"]
    volumes: ["spool:/var/spool/gate"]
    user: "10001:10001"
    cap_drop: [ALL]
    depends_on: { owner: { condition: service_completed_successfully } }
  owner:
    image: busybox
    command: chown 10001:10001 /var/spool/gate
    volumes: ["spool:/var/spool/gate"]
volumes:
  spool: {}
EOF
docker compose up -d --build
