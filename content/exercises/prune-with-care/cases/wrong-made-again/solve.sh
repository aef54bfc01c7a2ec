set -e
docker rm -f shop-importer-1 try-import try-backup
docker volume prune -af
docker volume create --label keep=yes books-2024
docker image prune -f
