set -e
sed -i 's/^python3/exec &/' app/start
docker build -q -t intake:clean .
