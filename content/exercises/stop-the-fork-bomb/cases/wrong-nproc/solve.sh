set -e
docker kill judge-7
cat > compose.yaml <<'EOF'
services:
  judge:
    build: ./judge
    image: judge:1
    init: true
    ports: ["8080:8080"]
    ulimits: { nproc: 500 }
  front:
    image: busybox
    init: true
    command: sh -c 'mkdir -p /www && echo "hand in at port 8080" > /www/index.html && exec httpd -f -p 80 -h /www'
    ports: ["8081:80"]
    ulimits: { nproc: 500 }
EOF
docker compose up -d --build
