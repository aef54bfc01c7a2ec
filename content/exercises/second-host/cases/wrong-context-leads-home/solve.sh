set -e
docker context create live --docker host=unix:///var/run/docker.sock
docker --context live rm -f shop
docker --context live build -q -t shop shop
docker --context live run -d --name shop -p 8080:80 shop
docker build -q -t checker checker
docker run -d --name checker --add-host second:192.168.50.1 checker http://second:8080/
until docker logs checker 2>&1 | grep -q "^ok:"; do sleep 0.2; done
