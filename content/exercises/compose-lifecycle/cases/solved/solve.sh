set -e
# Only web has changed. www is no longer in the file, and holds the port.
(cd tickets && docker compose up -d --remove-orphans)
# The container stays.
(cd rehearsal && docker compose stop)
# `docker compose ls` shows the name. The log first: it goes with the container.
cd survey
docker compose -p survey-2026 logs --no-log-prefix form | tail -n 1 | sed 's/.* //' > receipt
docker compose -p survey-2026 down --volumes
# The project is called what the folder was called.
cd ../archive
sed -i '1i name: playbills' compose.yaml
docker compose up -d
