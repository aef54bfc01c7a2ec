# What the learner has changed in the folders may not build any more; the rest is set up all the same.
# On the other host the checker, which is out of place, and a neighbour: all of it over one connection.
tar -c checker | ssh second '
    docker run -d --name ledger --label installed={{nonce}} --stop-signal KILL busybox sleep 1000000 || exit
    folder=$(mktemp -d)
    tar -x -C "$folder" && docker build -q -t checker "$folder/checker" &&
        docker run -d --name checker checker http://192.168.50.1:8080/
    rm -r "$folder"' &
# Meanwhile on this one the shop, which is out of place, and a neighbour.
docker run -d --name mail --label installed={{nonce}} --stop-signal KILL busybox sleep 1000000 || exit
docker build -q -t shop shop && docker run -d --name shop -p 8080:80 shop
wait $!
