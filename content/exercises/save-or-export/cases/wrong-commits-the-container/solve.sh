set -e
docker commit painter paint:1
docker tag paint:1 paint:stable
docker save -o handover.tar paint:1 paint:stable
docker export -o files.tar painter
docker import --change 'USER 10001' --change 'ENV TOWN=Quito' --change 'ENTRYPOINT ["/opt/announce"]' left-behind.tar.gz legacy:1
