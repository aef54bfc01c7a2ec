#!/bin/sh
# Makes an archive of two small images as the engine at DOCKER_HOST writes it. usage: save.sh FILE.tar
# Always the same content: a needle that a whiteout deletes, links of both kinds, long names, a file written over.
set -eu
file=$(realpath "$1")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
long=$(printf 'd%.0s' $(seq 120))
mkdir -p one/etc one/usr/lib "one/$long" two/etc
printf %s c4nary-of-the-fuzzer-91b7 >one/etc/secret
printf old >one/etc/keep
printf newer >two/etc/keep
printf elf >one/usr/lib/so
ln one/usr/lib/so one/usr/lib/hard
ln -s usr/lib one/lib
printf x >"one/$long/ünï $long"
# There is no shell in these images: a program of 155 bytes, which removes /etc/secret.
base64 -d >one/remove <<'END'
f0VMRgIBAQAAAAAAAAAAAAIAPgABAAAAeABAAAAAAABAAAAAAAAAAAAAAAAAAAAAAAAAAEAAOAABAAAAAAAAAAEAAAAFAAAAAAAA
AAAAAAAAAEAAAAAAAAAAQAAAAAAAmwAAAAAAAACbAAAAAAAAAAAQAAAAAAAAuFcAAABIjT0LAAAADwUx/7g8AAAADwUvZXRjL3Nl
Y3JldAA=
END
chmod 755 one/remove
cat >Dockerfile <<'END'
FROM scratch
COPY one/ /
RUN ["/remove"]
COPY two/ /
ENV A=1 B="x=y z"
USER 10001:10001
CMD ["/remove"]
END
export DOCKER_BUILDKIT=0
docker build -q --network none -t app:1 . >&2
printf 'FROM app:1\nLABEL made=twice\nCOPY two/etc/keep /etc/more\n' >Dockerfile.2
docker build -q --network none -t app:2 -f Dockerfile.2 . >&2
docker save -o "$file" app:1 app:2
docker rmi app:2 app:1 >&2
