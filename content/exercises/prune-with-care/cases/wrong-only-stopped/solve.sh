set -e
docker stop shop-importer-1
docker container prune -f --filter label!=com.docker.compose.project
docker volume prune -af --filter label!=keep
docker image prune -f
