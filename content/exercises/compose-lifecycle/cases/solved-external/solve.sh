set -e
docker rm -f tickets-www-1
docker compose --project-directory tickets up -d
docker stop $(docker ps -q --filter label=com.docker.compose.project=rehearsal)
docker logs survey-2026-form-1 2>&1 | grep 'survey closed' > survey/receipt
docker rm -f survey-2026-form-1
docker volume rm survey-2026_answers
docker network rm survey-2026_default
cd archive
cat >> compose.yaml <<'YAML'
    external: true
    name: playbills_bills
YAML
docker compose up -d
