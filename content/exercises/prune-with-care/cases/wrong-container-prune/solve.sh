set -e
docker rm -f shop-importer-1
docker container prune -f
docker volume prune -af --filter label!=keep
docker image prune -f
