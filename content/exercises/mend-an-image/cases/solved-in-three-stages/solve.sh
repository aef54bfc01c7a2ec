set -e
cat > .dockerignore <<'END'
*
!areas.txt
!routes
!serve
!www
END
cat > Dockerfile <<'END'
FROM toolbox:1 AS map
WORKDIR /map
RUN --mount=type=secret,id=depot_token,required=true,target=/map/depot.token \
    --mount=type=bind,source=areas.txt,target=/map/areas.txt \
    fetch-map

FROM toolbox:1 AS table
COPY --from=map /opt/map /opt/map
RUN --mount=type=bind,source=routes,target=/routes make-table /routes > /table

FROM busybox
COPY . /srv/depot/
RUN rm -r /srv/depot/areas.txt /srv/depot/routes && chmod -R a+rX,go-w /srv/depot && chmod 755 /srv/depot/serve /srv/depot/www/cgi-bin/*
COPY --from=table /table /srv/depot/table
RUN <<EOF
echo 'depot:x:10001:' >> /etc/group
echo 'depot:x:10001:10001::/var/lib/depot:/bin/sh' >> /etc/passwd
mkdir -p /var/lib/depot
chown depot:depot /var/lib/depot
chmod 750 /var/lib/depot
EOF
VOLUME /var/lib/depot
USER 10001:10001
HEALTHCHECK --interval=1s --timeout=4s --retries=2 --start-period=10s \
    CMD timeout 2 wget -q -O - http://127.0.0.1:8080/cgi-bin/ready | grep -q ready
CMD exec /srv/depot/serve
ARG VERSION REVISION
LABEL org.opencontainers.image.version=$VERSION
LABEL org.opencontainers.image.revision=$REVISION
END
docker build -q --secret id=depot_token,src=depot.token --build-arg VERSION=2.0 --build-arg REVISION=4f2c1ab -t depot:mended .
