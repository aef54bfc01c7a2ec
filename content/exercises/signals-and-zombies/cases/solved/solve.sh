set -e
cp "$(command -v docker-init)" app/
sed -i 's/^python3/exec &/' app/start
cat > Dockerfile <<'END'
FROM python:3
COPY --chmod=755 app /app
ENTRYPOINT ["/app/docker-init", "--"]
CMD ["/app/start"]
END
docker build -q -t intake:clean .
