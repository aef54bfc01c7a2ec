set -e
docker build -q -t desk:2 desk
loans=$(docker run --rm -v harbour:/var/lib/desk desk:2 loans)
docker volume rm harbour
docker run --rm -v harbour:/var/lib/desk --entrypoint sh -e LOANS="$loans" desk:2 -c 'echo "$LOANS" > /var/lib/desk/loans'
docker run --rm -v harbour:/var/lib/desk desk:2 receipt book 4
