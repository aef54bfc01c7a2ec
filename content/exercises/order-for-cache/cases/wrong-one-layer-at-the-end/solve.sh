set -e
cat > Dockerfile <<'END'
FROM workshop:1 AS packages
WORKDIR /src
COPY packages.txt packages.lock ./
RUN get-packages

FROM workshop:1 AS pictures
COPY pictures /src/pictures
RUN shrink /src/pictures /www/pictures

FROM packages AS all
COPY --from=pictures /www /www
COPY render ./
COPY pages pages
RUN ./render pages /www
RUN mkdir /all && mv /www /all/ && mkdir /all/opt && cp -a /opt/packages /all/opt/

FROM workshop:1
COPY --from=all /all /
ARG BUILD=0
LABEL org.opencontainers.image.version=$BUILD
RUN echo "$BUILD" > /www/build.txt
CMD ["httpd", "-f", "-p", "8080", "-h", "/www"]
END
docker build -q -t museum:1 .
