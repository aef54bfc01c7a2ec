set -e
docker build -q -t notes:safe .
