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
END
label() { # label VERSION BASE REVISION
    docker build -q --build-arg VERSION=$1 --build-arg BASE=$2 -t meter:$1 \
        --label org.opencontainers.image.title=meter --label org.opencontainers.image.version=$1 \
        --label org.opencontainers.image.base.name=$2 --label org.opencontainers.image.revision=$3 .
}
label 1.4 ground:1 4f2c1ab
label 2.0 ground:2 9d03e77
