cp "$(command -v docker-init)" init/
docker build -q -t desk:1 .
