set -e
(cd shop && docker compose up -d --remove-orphans)
docker container prune -f --filter label!=com.docker.compose.project
docker volume prune -af --filter label!=keep
docker image prune -f
