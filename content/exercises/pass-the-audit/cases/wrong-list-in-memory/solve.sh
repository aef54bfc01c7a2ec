set -e
docker compose up -d --build
sh audit.sh
