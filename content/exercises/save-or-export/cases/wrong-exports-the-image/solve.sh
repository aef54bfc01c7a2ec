set -e
docker export -o handover.tar "$(docker create paint:1)"
docker export -o files.tar painter
docker import --change 'USER 10001' --change 'ENV TOWN=Quito' --change 'ENTRYPOINT ["/opt/announce"]' left-behind.tar.gz legacy:1
