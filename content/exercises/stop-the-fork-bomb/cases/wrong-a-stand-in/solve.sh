set -e
docker kill judge-7
cat > compose.yaml <<'END'
services:
  judge:
    image: busybox
    command: sh -c 'mkdir -p /www/run/8 && echo "8 of 8 printed hello" > /www/run/8/hello && exec httpd -f -p 8080 -h /www'
    ports: ["8080:8080"]
    pids_limit: 60
  front:
    image: busybox
    command: sh -c 'mkdir -p /www && echo "hand in at port 8080" > /www/index.html && exec httpd -f -p 80 -h /www'
    ports: ["8081:80"]
    pids_limit: 20
END
docker compose up -d
