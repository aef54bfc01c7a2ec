set -e
tested=$(sed -n "s/^digest *//p" tested.txt)
docker buildx imagetools create -t localhost:5001/shop:2.0 "localhost:5000/shop@$tested"
docker buildx imagetools create -t localhost:5001/shop:stable localhost:5001/shop:2.0
