set -e
cat > Dockerfile <<'END'
ARG BASE=ground:2
FROM $BASE
RUN make-tables /usr/share/tables
ARG VERSION
RUN test -n "$VERSION"
ENV METER_VERSION=$VERSION
COPY releases/$VERSION/ /opt/meter/
ENTRYPOINT ["/opt/meter/meter"]
ARG BASE
ARG REVISION=unknown
LABEL org.opencontainers.image.title=meter \
      org.opencontainers.image.version=$VERSION \
      org.opencontainers.image.revision=$REVISION \
      org.opencontainers.image.base.name=$BASE
END
docker build -q --build-arg VERSION=1.4 --build-arg REVISION=4f2c1ab -t meter:1.4 .
docker build -q --build-arg VERSION=2.0 --build-arg BASE=ground:2 --build-arg REVISION=9d03e77 -t meter:2.0 .
