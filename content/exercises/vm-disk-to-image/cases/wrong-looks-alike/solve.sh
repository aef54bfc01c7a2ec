start=$(sfdisk --json /srv/shop-vm.raw | jq ".partitiontable | .sectorsize * .partitions[1].start")
mkdir -p root && debugfs -R "rdump / root" "/srv/shop-vm.raw?offset=$start" 2>/dev/null
chmod 1777 root/tmp
docker run --rm -v shop-orders:/to -v "$PWD/root/var/lib/shop:/from:ro" busybox cp -a /from/. /to/
mkdir image && cp root/srv/www/index.html root/etc/shop.conf root/etc/passwd image/
cat > image/Dockerfile <<'EOF'
FROM busybox
RUN mkdir -p /var/lib/shop && chown 1001:1001 /var/lib/shop && chmod 1777 /tmp
COPY passwd /etc/passwd
COPY --chown=0:1001 --chmod=640 shop.conf /etc/shop.conf
COPY index.html /srv/www/index.html
USER shop
CMD ["httpd", "-f", "-p", "8080", "-h", "/srv/www"]
EOF
docker build -q -t shop:1 image
