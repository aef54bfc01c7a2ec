set -e
cat >> base/Dockerfile <<'END'
ONBUILD COPY job.sh settings /job/
ONBUILD RUN check-job /job
ONBUILD USER 10001:10001
ENTRYPOINT ["run-job"]
END
docker build -q -t job-base:plain -t job-base:onbuild base
printf 'FROM job-base:onbuild\nLABEL org.opencontainers.image.title=tides\n' > tides/Dockerfile
