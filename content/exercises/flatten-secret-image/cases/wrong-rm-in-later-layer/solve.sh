set -e
docker build -q -t app:leaky .
docker build -q -t app:flat - <<'END'
FROM app:leaky
USER 0
RUN rm -rf /build
USER 10001:10001
END
docker rmi app:leaky
