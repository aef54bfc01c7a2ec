set -e
docker save -o handover.tar paint:1 paint:stable
docker export -o files.tar painter
docker import left-behind.tar.gz legacy:1
