set -e
mkdir -p registries/dev registries/live
docker run -d --name dev --restart unless-stopped -p 127.0.0.1:5000:5000 -v "$PWD/registries/dev:/var/lib/registry" registry:2 > /dev/null
docker run -d --name live --restart unless-stopped -p 127.0.0.1:5001:5000 -v "$PWD/registries/live:/var/lib/registry" registry:2 > /dev/null
for port in 5000 5001; do until curl -fs http://localhost:$port/v2/ > /dev/null; do sleep 0.1; done; done
put() { # put REGISTRY REPOSITORY FILE: stores a blob and prints its digest
    sum=sha256:$(sha256sum "$3" | cut -c 1-64)
    place=$(curl -s -X POST -D - -o /dev/null "http://$1/v2/$2/blobs/uploads/" | tr -d '\r' | sed -n 's/^[Ll]ocation: //p')
    curl -sf -X PUT -H 'Content-Type: application/octet-stream' --data-binary "@$3" "$place&digest=$sum" > /dev/null && echo "$sum"
}
manifest() { # manifest REGISTRY REPOSITORY NAME TYPE FILE: stores a manifest and prints its digest
    sum=sha256:$(sha256sum "$5" | cut -c 1-64)
    name=$3; [ "$name" != - ] || name=$sum
    curl -sf -X PUT -H "Content-Type: $4" --data-binary "@$5" "http://$1/v2/$2/manifests/$name" > /dev/null && echo "$sum"
}
image() { # image REGISTRY REPOSITORY TAG RELEASE: an index for two platforms; the same bytes wherever it is made
    for arch in amd64 arm64; do
        d=$(mktemp -d); mkdir -p "$d/files/etc"
        printf 'release %s for %s\nbuilt as {{nonce}}\n' "$4" $arch > "$d/files/etc/release"
        tar --format=ustar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX -C "$d/files" -cf "$d/tar" etc
        gzip -nc "$d/tar" > "$d/gz"
        printf '{"architecture":"%s","os":"linux","config":{"Cmd":["/etc/release"],"Labels":{"org.opencontainers.image.version":"%s"}},"rootfs":{"type":"layers","diff_ids":["sha256:%s"]},"history":[{"created":"1970-01-01T00:00:00Z","created_by":"release %s"}]}' \
            $arch "$4" "$(sha256sum "$d/tar" | cut -c 1-64)" "$4" > "$d/config"
        config=$(put "$1" "$2" "$d/config"); layer=$(put "$1" "$2" "$d/gz")
        printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json","size":%s,"digest":"%s"},"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","size":%s,"digest":"%s"}]}' \
            "$(stat -c %s "$d/config")" "$config" "$(stat -c %s "$d/gz")" "$layer" > "$d/manifest"
        one=$(manifest "$1" "$2" - application/vnd.oci.image.manifest.v1+json "$d/manifest")
        printf '{"mediaType":"application/vnd.oci.image.manifest.v1+json","size":%s,"digest":"%s","platform":{"architecture":"%s","os":"linux"}}' "$(stat -c %s "$d/manifest")" "$one" $arch > "/tmp/of-$arch"
        rm -r "$d"
    done
    printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[%s,%s]}' "$(cat /tmp/of-amd64)" "$(cat /tmp/of-arm64)" > /tmp/index
    manifest "$1" "$2" "$3" application/vnd.oci.image.index.v1+json /tmp/index
    rm /tmp/of-amd64 /tmp/of-arm64 /tmp/index
}
# What was tested, and what came after it under the same tag.
tested=$(image localhost:5000 shop candidate 2.0-build-17)
image localhost:5000 shop candidate 2.0-build-18 > /dev/null
# What runs today.
image localhost:5001 shop 1.9 1.9 > /dev/null
image localhost:5001 shop stable 1.9 > /dev/null
cat > tested.txt <<END
Report of the acceptance test
image     localhost:5000/shop:candidate
digest    $tested
platforms linux/amd64 passed, linux/arm64 passed
result    released as 2.0
END
