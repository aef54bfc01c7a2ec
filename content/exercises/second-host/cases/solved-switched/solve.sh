set -e
docker context create live --docker host=ssh://second
docker context use live
docker rm -f checker
docker build -q -t shop shop
docker run -d --name shop --publish 8080:80 shop
docker context use default
docker rm -f shop
docker build -q -t checker checker
docker run -d --name checker --network host checker http://192.168.50.2:8080
until docker logs checker 2>&1 | grep -q "^ok:"; do sleep 0.2; done
