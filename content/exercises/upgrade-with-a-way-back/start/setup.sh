set -e
make() { docker build -q -t "ci:$1" --build-arg VERSION="$1" --build-arg FAULT="$2" server > /dev/null; }
make 1; make 2; make 3 ends; make 4 ill
docker run -d --restart unless-stopped --name ci -p 8080:8080 -v ci-home:/var/ci ci:1 > /dev/null
for i in $(seq 60); do
    curl -fs -m 3 -X POST localhost:8080/nightly > /dev/null && exit
    sleep 0.5
done
exit 1
