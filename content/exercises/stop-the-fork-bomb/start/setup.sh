set -e
# A bomb that holds itself to 40 processes, and puts a new one in the place of each that ends.
cat > /tmp/bomb <<'END'
trap '' TERM
while :; do
    set -- /proc/[0-9]*
    n=$#
    while [ $n -lt 40 ]; do
        sleep 1000 &
        n=$((n + 1))
    done
    sleep 0.2
done
END
docker run -d --name judge-7 --restart unless-stopped busybox sh -c "$(cat /tmp/bomb)" > /dev/null
rm /tmp/bomb
docker run -d --name scores busybox httpd -f -p 80 -h /dev/shm > /dev/null
docker exec scores sh -c 'echo "31 pupils, sheet {{nonce}}" > /dev/shm/today'
