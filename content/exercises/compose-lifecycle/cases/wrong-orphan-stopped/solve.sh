docker stop tickets-www-1
(cd tickets && docker compose up -d)
(cd rehearsal && docker compose stop)
cd survey
docker compose -p survey-2026 logs --no-log-prefix form | tail -n 1 | sed "s/.* //" > receipt
docker compose -p survey-2026 down --volumes
cd ..
cd archive
sed -i "1i name: playbills" compose.yaml
docker compose up -d
cd ..
