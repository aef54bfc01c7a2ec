set -e
sed -i 's/^CMD/STOPSIGNAL SIGKILL\n&/' Dockerfile
docker build -q -t intake:clean .
