set -e
cp "$(command -v docker-init)" app/
sed -i 's/^CMD/ENTRYPOINT ["\/app\/docker-init", "--"]\n&/' Dockerfile
docker build -q -t intake:clean .
