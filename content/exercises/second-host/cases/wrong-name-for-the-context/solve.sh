set -e
docker context create second --docker host=ssh://second
docker --context second rm -f checker
docker rm -f shop
docker --context second build -q -t shop shop
docker --context second run -d --name shop -p 8080:80 shop
docker build -q -t checker checker
docker run -d --name checker checker http://192.168.50.2:8080/
until docker logs checker 2>&1 | grep -q "^ok:"; do sleep 0.2; done
