set -e
cat > Dockerfile <<'END'
FROM toolbox:1 AS build
WORKDIR /src
COPY areas.txt ./
RUN --mount=type=secret,id=depot_token,required=true \
    MAP_TOKEN_FILE=/run/secrets/depot_token fetch-map
COPY routes routes
RUN make-table routes > table

FROM busybox
RUN mkdir -p /var/lib/depot && chown 10001:10001 /var/lib/depot
COPY --chmod=755 serve /srv/depot/
COPY --chmod=755 www /srv/depot/www
COPY --from=build /src/table /srv/depot/
RUN chown -R 10001:10001 /srv/depot
USER 10001:10001
HEALTHCHECK --interval=2s --timeout=2s --retries=2 --start-period=10s --start-interval=1s \
    CMD wget -q -O /dev/null http://127.0.0.1:8080/cgi-bin/ready || exit 1
CMD ["/srv/depot/serve"]
ARG VERSION=unknown
ARG REVISION=unknown
LABEL org.opencontainers.image.version=$VERSION org.opencontainers.image.revision=$REVISION
END
docker build -q --secret id=depot_token,src=depot.token --build-arg VERSION=2.0 --build-arg REVISION=4f2c1ab -t depot:mended .
