set -e
docker save -o handover.tar paint:1 paint:stable
docker export -o files.tar "$(docker create paint:1)"
docker import --change 'USER 10001' --change 'ENV TOWN=Quito' --change 'ENTRYPOINT ["/opt/announce"]' left-behind.tar.gz legacy:1
