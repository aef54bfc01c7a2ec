set -e
docker buildx imagetools create -t localhost:5001/shop:2.0 -t localhost:5001/shop:stable localhost:5000/shop:candidate
