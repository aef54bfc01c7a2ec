set -e
cat > compose.yaml <<'END'
services:
  desk:
    image: busybox
    user: "10001:10001"
    ports: ["8080:8080"]
    security_opt: ["no-new-privileges:true"]
    command: sh -c "mkdir -p /tmp/www/in && echo '1 in the book, the last is maria' | tee /tmp/www/in/maria > /tmp/www/index.html; exec httpd -f -p 8080 -h /tmp/www"
END
docker compose up -d
