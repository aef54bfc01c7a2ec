set -e
tested=$(sed -n "s/^digest *//p" tested.txt)
for tag in 2.0 stable 1.9; do docker buildx imagetools create -t localhost:5001/shop:$tag "localhost:5000/shop@$tested"; done
