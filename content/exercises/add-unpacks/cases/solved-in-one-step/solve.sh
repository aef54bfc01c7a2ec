set -e
cat > Dockerfile <<'END'
FROM busybox
RUN --mount=type=bind,source=pages.bundle,target=/tmp/pages mkdir -p /www && tar -xJf /tmp/pages -C /www
COPY examples.tar.gz /www/downloads/
ADD http://localhost:8099/search-2.4 /tmp/search-2.4
COPY SHA256SUMS /tmp/
RUN cd /tmp && sha256sum -c SHA256SUMS && mkdir -p /usr/local/bin && mv search-2.4 /usr/local/bin/search && chmod 755 /usr/local/bin/search
USER 1000:1000
EXPOSE 8080
CMD ["httpd", "-f", "-p", "8080", "-h", "/www"]
END
docker build -q -t handbook:3 .
