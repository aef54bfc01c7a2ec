set -e
ssh -f -N -n -L /tmp/second.sock:/var/run/docker.sock second >/dev/null 2>&1
docker context create live --docker host=unix:///tmp/second.sock
docker --context live rm -f checker
docker rm -f shop
docker --context live build -q -t shop shop
docker --context live run -d --name shop -p 8080:80 shop
docker build -q -t checker checker
docker run -d --name checker checker http://192.168.50.2:8080/
until docker logs checker 2>&1 | grep -q "^ok:"; do sleep 0.2; done
