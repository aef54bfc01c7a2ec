(cd tickets && docker compose up -d --remove-orphans)
(cd rehearsal && docker compose stop)
cd survey
docker compose -p survey-2026 down --volumes
docker compose -p survey-2026 logs --no-log-prefix form | tail -n 1 | sed "s/.* //" > receipt
cd ..
cd archive
sed -i "1i name: playbills" compose.yaml
docker compose up -d
cd ..
