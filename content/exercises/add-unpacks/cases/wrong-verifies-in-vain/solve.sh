set -e
cat > Dockerfile <<'END'
FROM busybox
ADD pages.bundle /www/
COPY examples.tar.gz /www/downloads/
ADD --chmod=755 http://localhost:8099/search-2.4 /usr/local/bin/search
COPY SHA256SUMS /tmp/
RUN cd /usr/local/bin && sed s/search-2.4/search/ /tmp/SHA256SUMS | sha256sum -c; rm /tmp/SHA256SUMS
USER 1000:1000
EXPOSE 8080
CMD ["httpd", "-f", "-p", "8080", "-h", "/www"]
END
docker build -q -t handbook:3 .
