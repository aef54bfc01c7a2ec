set -e
d=$(mktemp -d); cd $d
cat > serve <<'SERVE'
#!/bin/sh
trap 'exit 143' TERM
trap 'exit 0' USR1
httpd -f -p 80 -h /www &
wait $!
SERVE
cat > page <<'PAGE'
#!/bin/sh
if [ "$(cat /version)" = 3 ]
then printf 'Status: 500 Internal Server Error\r\nContent-Type: text/plain\r\n\r\nno data\n'
else printf 'Content-Type: text/plain\r\n\r\n{{nonce}}: version %s, answered by %s\n' "$(cat /version)" "$(hostname)"
fi
PAGE
cat > pass <<'PASS'
#!/bin/sh
# For a name without a container Docker asks elsewhere and waits; by then there may be one.
answer=$(timeout 2 nslookup web 2>&1) && for try in 1 2 3; do
  answer=$(wget -q -T 2 -O - http://web/cgi-bin/page 2>&1) && printf 'Content-Type: text/plain\r\n\r\n%s\n' "$answer" && exit
done
printf 'Status: 503 Service Unavailable\r\nContent-Type: text/plain\r\n\r\nfront: web does not answer: %s\n' "$answer"
PASS
printf 'FROM busybox\nCOPY --chmod=755 serve /bin/\nCOPY --chmod=755 pass /www/cgi-bin/status\nCMD ["serve"]\n' | docker build -q -t front -f - .
for version in 1 2 3; do
  echo $version > version
  printf 'FROM busybox\nCOPY --chmod=755 serve /bin/\nCOPY --chmod=755 page /www/cgi-bin/page\nCOPY version /\nCMD ["serve"]\n' | docker build -q -t status:$version -f - .
done
rm -r $d
