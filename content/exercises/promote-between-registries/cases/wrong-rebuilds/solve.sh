set -e
mkdir again && printf 'release 2.0-build-17 for amd64\nbuilt as {{nonce}}\n' > again/release
printf 'FROM scratch\nCOPY release /etc/release\nCMD ["/etc/release"]\nLABEL org.opencontainers.image.version=2.0-build-17\n' > again/Dockerfile
for tag in 2.0 stable; do docker build -q -t localhost:5001/shop:$tag again; docker push -q localhost:5001/shop:$tag; done
