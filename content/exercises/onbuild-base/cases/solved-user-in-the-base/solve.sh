set -e
cat > base/Dockerfile.onbuild <<'END'
FROM job-base:plain
ENTRYPOINT ["run-job"]
USER 10001:10001
ONBUILD USER 0:0
ONBUILD RUN --mount=type=bind,target=/from cp /from/job.sh /from/settings /job/ && check-job /job
ONBUILD USER 10001:10001
END
docker build -q -t job-base:onbuild -f base/Dockerfile.onbuild base
printf 'FROM job-base:onbuild\nLABEL org.opencontainers.image.title=tides\n' > tides/Dockerfile
docker build -q -t tides:1 tides
