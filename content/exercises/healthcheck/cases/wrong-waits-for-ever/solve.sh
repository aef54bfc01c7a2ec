set -e
sed -i '/^CMD/i HEALTHCHECK --interval=1s --retries=2 --start-period=20s --start-interval=1s CMD wget -q -O /dev/null http://127.0.0.1:8080/cgi-bin/ready || exit 1' Dockerfile
docker build -q -t stock:checked .
