set -e
docker rm -f shop-importer-1 try-import try-backup
docker volume prune -f
docker image prune -f
