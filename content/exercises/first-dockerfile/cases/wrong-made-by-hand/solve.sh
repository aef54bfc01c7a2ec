set -e
docker create --name hand busybox
chmod 755 badge
docker cp badge hand:/bin/badge
docker cp layout.txt hand:/layout.txt
docker commit --change 'ENV BADGE_EVENT="open day"' \
    --change 'ENTRYPOINT ["badge"]' --change 'CMD ["--help"]' \
    --change 'LABEL org.opencontainers.image.title=badge org.opencontainers.image.version=1.4.2' \
    hand badge:1
docker rm hand
