set -e
docker save -o handover.tar paint:1 paint:stable
docker export -o files.tar painter
printf 'FROM busybox\nCOPY left-behind.tar.gz /\nENV TOWN=Quito\nUSER 10001\nENTRYPOINT ["/opt/announce"]\n' > Dockerfile
docker build -q -t legacy:1 .
