set -e
sed -i '1a RUN echo "base release 7, {{nonce}}" > /etc/release' Dockerfile
docker build -t till:1 .
