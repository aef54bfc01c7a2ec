set -e
sed -i '/^CMD/i HEALTHCHECK --interval=1s --timeout=2s --retries=2 --start-period=20s CMD wget -q -O - http://127.0.0.1:8080/cgi-bin/ready | cat' Dockerfile
docker build -q -t stock:checked .
