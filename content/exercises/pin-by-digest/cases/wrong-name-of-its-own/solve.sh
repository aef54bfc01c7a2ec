set -e
tested=$(grep -o "sha256:[0-9a-f]*" last-good-build.log | head -1)
docker pull -q "localhost:5000/base@$tested"
docker tag "localhost:5000/base@$tested" base-as-tested:7
sed -i "1s/.*/FROM base-as-tested:7/" Dockerfile
docker build -t till:1 .
