set -e
printf '*\n!badge\n!layout.txt\n' > .dockerignore
cat > Dockerfile <<'END'
FROM busybox
WORKDIR /app
COPY . .
ENV BADGE_EVENT="open day"
LABEL org.opencontainers.image.title=badge
LABEL org.opencontainers.image.version=1.4.2
ENTRYPOINT ["sh", "/app/badge"]
CMD ["--help"]
END
docker build -q -t badge:1 .
