set -e
docker rm -f shop-importer-1
docker system prune -f
(cd wiki && docker compose up -d && docker compose stop)
docker volume prune -af --filter label!=keep
