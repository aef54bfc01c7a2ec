set -e
docker context create live --docker host=ssh://second
docker --context live rm -f checker
docker rm -f shop
docker --context live build -q -t shop shop
docker --context live run -d --name shop -p 127.0.0.1:8080:80 shop
docker build -q -t checker checker
docker run -d --name checker checker http://192.168.50.2:8080/
until docker logs checker 2>&1 | grep -q "^FAILED:"; do sleep 0.2; done
