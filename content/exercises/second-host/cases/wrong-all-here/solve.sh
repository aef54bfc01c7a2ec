set -e
docker context create live --docker host=ssh://second
docker --context live rm -f checker
docker rm -f shop
docker build -q -t shop shop
docker run -d --name shop -p 8080:80 shop
docker build -q -t checker checker
docker run -d --name checker checker http://192.168.50.1:8080/
until docker logs checker 2>&1 | grep -q "^ok:"; do sleep 0.2; done
