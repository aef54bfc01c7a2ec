set -e
printf '.env\ndeploy/.env.production\nlib/.env.test\nkeys/deploy_key\n.git/objects/config\nnode_modules\nlib/node_modules\ndebug.log\nlib/trace.log\ndata/dump.sql\ndata/2030\n' > .dockerignore
docker build -q -t report:lean .
