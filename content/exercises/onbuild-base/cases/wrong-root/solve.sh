set -e
cat > base/Dockerfile.onbuild <<'END'
FROM job-base:plain
ONBUILD COPY job.sh settings /job/
ONBUILD RUN check-job /job
ENTRYPOINT ["run-job"]
END
docker build -q -t job-base:onbuild -f base/Dockerfile.onbuild base
printf 'FROM job-base:onbuild\nLABEL org.opencontainers.image.title=tides\n' > tides/Dockerfile
docker build -q -t tides:1 tides
