set -e
cat > Dockerfile <<END
FROM busybox
ADD pages.bundle /www/
RUN chown -R 0:0 /www && chmod -R a+rX /www
COPY examples.tar.gz /www/downloads/
ADD --checksum=sha256:$(cut -c 1-64 SHA256SUMS) --chmod=755 http://localhost:8099/search-2.4 /usr/local/bin/search
USER 1000:1000
EXPOSE 8080
CMD ["httpd", "-f", "-p", "8080", "-h", "/www"]
END
docker build -q -t handbook:3 .
