set -e
docker build -q -t report:lean .
