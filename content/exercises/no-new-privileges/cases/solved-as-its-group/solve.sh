set -e
cat > compose.yaml <<'EOF'
services:
  desk:
    build: ./desk
    image: desk:7
    init: true
    ports: ["8080:8080"]
    volumes: ["book:/var/lib/desk"]
    user: "10001:600"
    security_opt: ["no-new-privileges=true"]
volumes:
  book: {}
EOF
docker compose up -d --build
