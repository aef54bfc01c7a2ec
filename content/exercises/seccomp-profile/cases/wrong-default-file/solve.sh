set -e
cp default.json peek.json
cat > compose.yaml <<'EOF'
services:
  peek:
    build: ./peek
    image: peek:1
    init: true
    ports: ["8080:8080"]
    security_opt: ["seccomp=./peek.json"]
EOF
docker compose up -d --build
