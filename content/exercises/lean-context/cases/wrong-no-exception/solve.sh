set -e
printf '**/.env*\nkeys\n.git\ndata\n**/node_modules\n**/*.log\n' > .dockerignore
docker build -q -t report:lean .
