start=$(sfdisk --json /srv/shop-vm.raw | jq ".partitiontable | .sectorsize * .partitions[1].start")
mkdir -p root && debugfs -R "rdump / root" "/srv/shop-vm.raw?offset=$start" 2>/dev/null
chmod 1777 root/tmp
docker run --rm -v shop-orders:/to -v "$PWD/root/var/lib/shop:/from:ro" busybox cp -a /from/. /to/
mkdir image
tar --numeric-owner -C root -czf image/root.tgz ./bin ./etc/passwd ./etc/group ./etc/shop.conf ./usr/sbin/shop ./srv ./tmp
cat > image/Dockerfile <<'EOF'
FROM scratch
ADD root.tgz /
COPY --from=data --chown=1001:1001 . /var/lib/shop/
USER 1001:1001
EXPOSE 8080
CMD ["/usr/sbin/shop", "8080"]
EOF
mkdir data && chown 1001:1001 data
docker build -q --build-context data=data -t shop:1 image
