set -e
docker run -d --name queue --memory 32m --memory-swap 32m busybox httpd -f -p 80 -h /dev/shm > /dev/null
docker exec queue sh -c 'echo "40 orders, batch {{nonce}}" > /dev/shm/orders'
