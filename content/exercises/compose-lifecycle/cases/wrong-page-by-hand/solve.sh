(cd tickets && docker compose up -d --remove-orphans)
(cd rehearsal && docker compose stop)
cd survey
docker compose -p survey-2026 logs --no-log-prefix form | tail -n 1 | sed "s/.* //" > receipt
docker compose -p survey-2026 down --volumes
cd ..
cd archive
mkdir bills
docker run --rm -v playbills_bills:/bills:ro busybox cat /bills/index.html > bills/index.html
sed -i 's/"bills:/".\/bills:/; /^volumes:/,$d' compose.yaml
docker compose up -d
cd ..
