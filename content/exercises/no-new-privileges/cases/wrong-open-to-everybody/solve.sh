set -e
cat > compose.yaml <<'EOF'
services:
  desk:
    build: ./desk
    image: desk:7
    init: true
    ports: ["8080:8080"]
    volumes: ["book:/var/lib/desk"]
    security_opt: ["no-new-privileges:true"]
    depends_on: { opener: { condition: service_completed_successfully } }
  opener:
    image: desk:7
    user: root
    security_opt: ["no-new-privileges:true"]
    command: chmod 666 /var/lib/desk/book
    volumes: ["book:/var/lib/desk"]
volumes:
  book: {}
EOF
docker compose up -d --build
