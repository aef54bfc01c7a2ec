set -e
docker save paint | gzip > handover.tar
docker export painter | gzip > files.tar
cat > Dockerfile <<'END'
FROM scratch
ADD left-behind.tar.gz /
ENV TOWN=Quito
USER 10001
ENTRYPOINT ["/opt/announce"]
END
docker build -q -t legacy:1 .
