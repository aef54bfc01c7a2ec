(cd tickets && docker compose up -d --remove-orphans)
(cd rehearsal && docker compose stop)
cd survey
docker compose -p survey-2026 logs --no-log-prefix form | tail -n 1 | sed "s/.* //" > receipt
docker compose -p survey-2026 down --volumes
cd ..
cd archive
docker compose up -d
docker run --rm -v playbills_bills:/old:ro -v archive_bills:/new busybox cp /old/index.html /new/
cd ..
