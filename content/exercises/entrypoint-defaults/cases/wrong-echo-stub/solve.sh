set -e
printf '#!/bin/sh\necho "removing logs older than $1 days"\n' > clean-spool
printf 'ENTRYPOINT ["clean-spool"]\nCMD ["7"]\n' >> Dockerfile
docker build -q -t spool-cleaner .
