set -e
docker save -o handover.tar paint:1 paint:stable
docker save paint:1 | gzip > files.tar
docker import --change 'USER 10001' --change 'ENV TOWN=Quito' --change 'ENTRYPOINT ["/opt/announce"]' left-behind.tar.gz legacy:1
