set -e
d=$(mktemp -d)
cat > $d/serve <<'END'
#!/bin/sh
# serve ROLE: one of the services, on port 80.
mkdir -p /run && echo "$1" > /run/role && echo '0 open' > /run/carts && echo 'none yet' > /run/prices
exec httpd -f -p 80 -h /www
END
cat > $d/page <<'END'
#!/bin/sh
printf 'Content-Type: text/plain\r\n\r\n'
echo "carts: $(cat /run/carts)"
echo "prices: $(wget -q -T 2 -O - http://db/cgi-bin/prices || echo unknown)"
echo "stock: $(wget -q -T 2 -O - http://db/cgi-bin/stock || echo unknown)"
echo "mail by: $(wget -q -T 2 -O - http://mailer/cgi-bin/role || echo nobody)"
END
for page in prices role; do printf '#!/bin/sh\nprintf "Content-Type: text/plain\\r\\n\\r\\n"\ncat /run/%s\n' $page > $d/$page; done
printf '#!/bin/sh\nprintf "Content-Type: text/plain\\r\\n\\r\\n"\ncat /data/stock\n' > $d/stock
cat > $d/Dockerfile <<'END'
FROM busybox
ARG RELEASE
COPY --chmod=755 serve /bin/
COPY --chmod=755 page prices role stock /www/cgi-bin/
RUN echo "$RELEASE" > /www/release
ENTRYPOINT ["serve"]
END
# Two builds that were replaced, what runs, and the next release.
for release in 1.0 1.1 1.2; do docker build -q --build-arg RELEASE=$release -t shop:1 $d > /dev/null; done
docker build -q --build-arg RELEASE=2.0 -t shop:2 $d > /dev/null

# The shop, with a service that has been taken out of the file since.
cd shop
cat > importer.yaml <<'END'
services:
  importer:
    image: shop:1
    command: importer
    init: true
    volumes: ["import:/data"]
volumes:
  import:
END
docker compose -f compose.yaml -f compose.mail.yaml -f importer.yaml up -d > /dev/null 2>&1
rm importer.yaml
until curl -fs localhost:8080/cgi-bin/page | grep -q 'by: mailer'; do sleep 0.1; done
docker exec shop-web-1 sh -c 'echo "3 open, the first is {{canary}}" > /run/carts'
docker exec shop-db-1 sh -c 'echo "of this morning, {{nonce}}" > /run/prices; echo "250 bolts, batch {{nonce}}" > /data/stock'
docker exec shop-importer-1 sh -c 'head -c 200000 /dev/urandom > /data/import.csv'

# The wiki sleeps.
cd ../wiki
docker network create --label com.docker.compose.project=wiki --label com.docker.compose.network=default --label 'made-for=wiki {{nonce}}' wiki_default > /dev/null
docker compose up -d > /dev/null 2>&1
docker exec wiki-pages-1 sh -c 'echo "how to open the gate: {{canary}}" > /data/gate; mkdir /drafts; echo "how to close it" > /drafts/{{nonce}}'
docker compose stop > /dev/null 2>&1

# What lies around.
docker volume create --label keep=yes books-2024 > /dev/null
docker run --rm --entrypoint sh -v books-2024:/data shop:1 -c 'echo "closed on {{nonce}}" > /data/total'
for name in tryout load-test; do docker volume create $name > /dev/null; done
docker run --name try-import --entrypoint sh -v tryout:/data shop:1 -c 'head -c 200000 /dev/urandom > /data/dump'
docker run --name try-backup --entrypoint sh -v /data shop:1 -c 'head -c 200000 /dev/urandom > /data/dump'
docker run --name gone --entrypoint true -v /data shop:1 && docker rm gone > /dev/null
rm -r $d
