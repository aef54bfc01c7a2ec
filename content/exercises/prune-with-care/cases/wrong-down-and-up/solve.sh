set -e
cd shop
docker compose -f compose.yaml -f compose.mail.yaml down --remove-orphans
docker compose -f compose.yaml -f compose.mail.yaml up -d
docker container prune -f --filter label!=com.docker.compose.project
docker volume prune -af --filter label!=keep
docker image prune -f
