set -e
printf 'data/**\n!data/cities.txt\n' > .dockerignore
cat > Dockerfile <<'END'
FROM busybox AS all
COPY . /app
FROM busybox
COPY --from=all /app/report.sh /app/report.sh
COPY --from=all /app/lib/table.sh /app/lib/table.sh
COPY --from=all /app/data/cities.txt /app/data/cities.txt
CMD ["sh", "/app/report.sh"]
END
docker build -q -t report:lean .
