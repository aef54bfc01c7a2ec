set -e
mkdir pages && tar -xf pages.bundle -C pages
curl -s http://localhost:8099/search-2.4 -o search
cat > Dockerfile <<'END'
FROM busybox
COPY pages /www/
COPY examples.tar.gz /www/downloads/
COPY --chmod=755 search /usr/local/bin/search
USER 1000:1000
EXPOSE 8080
CMD ["httpd", "-f", "-p", "8080", "-h", "/www"]
END
docker build -q -t handbook:3 .
