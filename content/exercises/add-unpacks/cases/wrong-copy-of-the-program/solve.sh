set -e
{ cat <<'END'
FROM busybox
ADD pages.bundle /www/
COPY examples.tar.gz /www/downloads/
COPY --chmod=755 <<'PROGRAM' /usr/local/bin/search
END
curl -s http://localhost:8099/search-2.4
cat <<'END'
PROGRAM
USER 1000:1000
EXPOSE 8080
CMD ["httpd", "-f", "-p", "8080", "-h", "/www"]
END
} > Dockerfile
docker build -q -t handbook:3 .
