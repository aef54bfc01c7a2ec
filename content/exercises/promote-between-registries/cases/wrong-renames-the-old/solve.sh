set -e
docker buildx imagetools create -t localhost:5001/shop:2.0 localhost:5001/shop:1.9
