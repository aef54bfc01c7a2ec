set -e
tested=$(sed -n "s/^digest *//p" tested.txt)
docker pull -q "localhost:5000/shop@$tested"
for tag in 2.0 stable; do
    docker tag "localhost:5000/shop@$tested" localhost:5001/shop:$tag
    docker push -q localhost:5001/shop:$tag
done
