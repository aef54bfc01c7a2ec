set -e
docker context create live --docker host=ssh://second
docker --context live rm -f checker
docker rm -f shop
docker --context live run -d --name shop -p 8080:80 -v "$PWD/shop:/www:ro" busybox httpd -f -p 80 -h /www
docker build -q -t checker checker
docker run -d --name checker checker http://192.168.50.2:8080/
until docker logs checker 2>&1 | grep -q "^FAILED:"; do sleep 0.2; done
