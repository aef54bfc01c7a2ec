set -e
# The pages, as their authors pack them: with their own number as the owner, and closed to others.
d=$(mktemp -d)
mkdir -p "$d/pages/guide" "$d/pages/css" "$d/pages/img" "$d/examples"
echo '<h1>Handbook</h1>' > "$d/pages/index.html"
echo '<p>How to make a backup</p>' > "$d/pages/guide/backup.html"
echo '<p>How to restore one: {{nonce}}</p>' > "$d/pages/guide/restore.html"
echo 'h1 { color: navy }' > "$d/pages/css/main.css"
head -c 3M /dev/urandom > "$d/pages/img/plan.png"
tar --owner=1000 --group=1000 --numeric-owner --mode=u=rwX,g=rX,o= -C "$d/pages" -cJf pages.bundle .
echo 'tar -c /data' > "$d/examples/backup.sh"
echo 'tar -x -C /data' > "$d/examples/restore.sh"
tar -C "$d" -czf examples.tar.gz examples
rm -r "$d"
# The mirror.
mkdir -p /srv/mirror
cat > /srv/mirror/search-2.4 <<'END'
#!/bin/sh
# search WORD: prints the pages of the handbook that have the word in them. Version 2.4.
cd /www && find . -name '*.html' -exec grep -l -F -e "$1" {} + | sort
END
(cd /srv/mirror && sha256sum search-2.4) > SHA256SUMS
docker run -d --name mirror --restart unless-stopped -p 127.0.0.1:8099:80 -v /srv/mirror:/www:ro busybox httpd -f -p 80 -h /www > /dev/null
until curl -fso /dev/null http://localhost:8099/search-2.4; do sleep 0.1; done
