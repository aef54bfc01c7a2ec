set -e
(cd shop && docker compose -f compose.yaml -f compose.mail.yaml up -d --remove-orphans)
docker container prune -f --filter label!=com.docker.compose.project
docker volume ls --filter dangling=true
docker volume prune -af --filter label!=keep
docker image prune -f
