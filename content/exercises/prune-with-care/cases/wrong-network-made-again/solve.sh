set -e
docker rm -f shop-importer-1 try-import try-backup
docker volume prune -af --filter label!=keep
docker network prune -f
docker image prune -f
cd wiki && docker compose create
