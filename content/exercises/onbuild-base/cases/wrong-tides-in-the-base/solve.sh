set -e
cat > base/Dockerfile.onbuild <<'END'
FROM job-base:plain
COPY job.sh settings /job/
RUN check-job /job
USER 10001:10001
ENTRYPOINT ["run-job"]
END
docker build -q -t job-base:onbuild -f base/Dockerfile.onbuild tides
printf 'FROM job-base:onbuild\nLABEL org.opencontainers.image.title=tides\n' > tides/Dockerfile
