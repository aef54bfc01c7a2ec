set -e
cat > Dockerfile <<'END'
FROM workshop:1
WORKDIR /src
COPY packages.txt packages.lock ./
COPY pictures pictures
COPY render ./
COPY pages pages
RUN --mount=type=cache,target=/kept \
    sum=$(cat packages.txt packages.lock | sha256sum | cut -c 1-64); \
    if [ ! -d /kept/$sum ]; then get-packages && cp -a /opt/packages /kept/$sum; else mkdir -p /opt && cp -a /kept/$sum /opt/packages; fi
RUN shrink pictures /www/pictures
RUN ./render pages /www
ARG BUILD=0
LABEL org.opencontainers.image.version=$BUILD
RUN echo "$BUILD" > /www/build.txt
CMD ["httpd", "-f", "-p", "8080", "-h", "/www"]
END
docker build -q -t museum:1 .
