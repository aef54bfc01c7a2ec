set -e
docker rm -f -v shop-importer-1
docker rm -v try-import try-backup
docker volume rm shop_import tryout load-test
docker volume ls -q --filter dangling=true --filter label=keep > keep
docker volume ls -q --filter dangling=true | grep -vxFf keep | xargs docker volume rm
docker image ls -q --filter dangling=true | xargs docker rmi
