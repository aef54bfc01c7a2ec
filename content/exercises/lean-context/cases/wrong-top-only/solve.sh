set -e
printf '.env*\nkeys\n.git\ndata/*\n!data/cities.txt\nnode_modules\n*.log\n' > .dockerignore
docker build -q -t report:lean .
