set -e
cat > .dockerignore <<'END'
*
!packages.txt
!packages.lock
!pictures
!pages
!render
END
cat > Dockerfile <<'END'
FROM workshop:1 AS packages
WORKDIR /src
COPY packages.txt packages.lock ./
RUN get-packages

FROM workshop:1 AS pictures
COPY pictures /src/pictures
RUN shrink /src/pictures /www/pictures

FROM packages AS pages
COPY . .
RUN ./render pages /pages

FROM workshop:1
COPY --from=packages /opt/packages /opt/packages
COPY --from=pictures /www/pictures /www/pictures
COPY --from=pages /pages /www
ARG BUILD=0
LABEL org.opencontainers.image.version=$BUILD
COPY <<END_OF_NUMBER /www/build.txt
$BUILD
END_OF_NUMBER
CMD ["httpd", "-f", "-p", "8080", "-h", "/www"]
END
docker build -q -t museum:1 .
