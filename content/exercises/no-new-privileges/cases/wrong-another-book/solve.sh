set -e
cat > compose.yaml <<'EOF'
services:
  desk:
    build: ./desk
    image: desk:7
    init: true
    ports: ["8080:8080"]
    security_opt: ["no-new-privileges:true"]
    tmpfs: ["/var/lib/desk:mode=1777"]
volumes:
  book: {}
EOF
docker compose up -d --build
