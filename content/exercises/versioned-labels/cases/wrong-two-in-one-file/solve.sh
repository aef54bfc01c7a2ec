set -e
{
    sed 's/^FROM.*/& AS v1.4/' Dockerfile.1.4
    sed 's/^FROM.*/& AS v2.0/; s/image.version=.*/image.version=2.0 \\\n      org.opencontainers.image.revision=9d03e77 \\/; s/ground:1/ground:2/' Dockerfile.2.0
    echo 'FROM v${VERSION}'
} > Dockerfile
sed -i '1i ARG VERSION' Dockerfile
docker build -q --build-arg VERSION=1.4 -t meter:1.4 .
docker build -q --build-arg VERSION=2.0 -t meter:2.0 .
