set -e
cat > compose.yaml <<'EOF'
services:
  gate:
    image: busybox
    user: "10001:10001"
    cap_drop: [ALL]
    ports: ["8080:80"]
    command:
      - sh
      - -c
      - mkdir -p /tmp/in && echo '1 came through, the last was maria; working as 10001:10001' | tee /tmp/in/maria > /tmp/index.html; exec httpd -f -p 80 -h /tmp
EOF
docker compose up -d
