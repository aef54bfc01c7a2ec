set -e
docker build -q -t app:leaky .
docker build -q -t app:flat - <<'END'
FROM app:leaky AS child
USER 0
RUN rm -rf /build && touch /cleaned
FROM app:leaky
COPY --from=child / /
END
docker rmi app:leaky
