set -e
docker context create live --description 'where the customers come' --docker host=ssh://root@192.168.50.2
docker save shop | docker --context live load
docker --context live save checker | docker load
docker --context live rm -f checker
docker rm -f shop
docker --context live run -d --name shop --restart unless-stopped -p 192.168.50.2:8080:80 shop
docker run -d --name checker --add-host second:192.168.50.2 checker http://second:8080/
until docker logs checker 2>&1 | grep -q "^ok:"; do sleep 0.2; done
