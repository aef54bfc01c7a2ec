set -e
cat > Dockerfile <<'END'
ARG BASE=ground:2
FROM $BASE
ARG VERSION
ENV METER_VERSION="${VERSION:?pass --build-arg VERSION=...}"
RUN make-tables /usr/share/tables
COPY releases/$METER_VERSION/ /opt/meter/
ENTRYPOINT ["/opt/meter/meter"]
LABEL org.opencontainers.image.title=meter
LABEL org.opencontainers.image.version=$METER_VERSION
ARG REVISION=unknown
LABEL org.opencontainers.image.revision=$REVISION
ARG BASE
LABEL org.opencontainers.image.base.name=$BASE
END
docker build -q --build-arg VERSION=1.4 --build-arg BASE=ground:1 --build-arg REVISION=4f2c1ab -t meter:1.4 .
docker build -q --build-arg VERSION=2.0 --build-arg BASE=ground:2 --build-arg REVISION=9d03e77 -t meter:2.0 .
