set -e
docker build -q -t app:leaky .
docker build -q -t app:flat - <<'END'
FROM app:leaky AS leaky
FROM scratch
COPY --from=leaky / /
ENV STAMP_COLOUR=blue
USER 10001:10001
ENTRYPOINT ["stamp"]
CMD ["parcel"]
END
docker rmi app:leaky
