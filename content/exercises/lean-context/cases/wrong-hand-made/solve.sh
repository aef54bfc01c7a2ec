set -e
mkdir -p /tmp/tidy/lib /tmp/tidy/data
cp Dockerfile report.sh /tmp/tidy && cp lib/table.sh /tmp/tidy/lib && cp data/cities.txt /tmp/tidy/data
cd /tmp/tidy
docker build -q -t report:lean .
