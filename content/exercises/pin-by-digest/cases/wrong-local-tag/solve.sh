set -e
tested=$(grep -o "sha256:[0-9a-f]*" last-good-build.log | head -1)
docker pull -q "localhost:5000/base@$tested"
docker tag "localhost:5000/base@$tested" localhost:5000/base:stable
docker build -t till:1 .
