set -e
cat > Dockerfile <<'EOF'
FROM busybox AS all
COPY . /app
FROM busybox
COPY --from=all /app/report.sh /app/report.sh
COPY --from=all /app/lib/table.sh /app/lib/table.sh
COPY --from=all /app/data/cities.txt /app/data/cities.txt
CMD ["sh", "/app/report.sh"]
EOF
docker build -q -t report:lean .
