mkdir -p /srv/mirror/pool
printf 'ink-1.4\ntype-2.0\n' > /srv/mirror/index.txt
head -c 300000 /dev/urandom > /srv/mirror/pool/ink-1.4
head -c 500000 /dev/urandom > /srv/mirror/pool/type-2.0
docker network create press
docker run -d --name mirror --network press -v /srv/mirror:/srv/mirror:ro python:3 \
  python3 -u -m http.server 8000 --directory /srv/mirror
