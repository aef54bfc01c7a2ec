set -e
sed -i 's/^set -eu/set -eu\nset -- "${1:-7}"/' clean-spool
echo 'ENTRYPOINT ["clean-spool"]' >> Dockerfile
docker build -q -t spool-cleaner .
