set -e
printf '.env*\nkeys\ndata\nnode_modules\n*.log\n' > .gitignore
docker build -q -t report:lean .
