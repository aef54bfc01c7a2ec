set -e
tested=$(sed -n "s/^digest *//p" tested.txt)
from=http://localhost:5000/v2/shop to=http://localhost:5001/v2/shop
index=application/vnd.oci.image.index.v1+json one=application/vnd.oci.image.manifest.v1+json
curl -sf -H "Accept: $index" "$from/manifests/$tested" > /tmp/index.json
for manifest in $(jq -r '.manifests[].digest' /tmp/index.json); do
    curl -sf -H "Accept: $one" "$from/manifests/$manifest" > /tmp/one.json
    for blob in $(jq -r '.config.digest, .layers[].digest' /tmp/one.json); do
        curl -sf "$from/blobs/$blob" > /tmp/blob
        place=$(curl -sf -X POST -D - -o /dev/null "$to/blobs/uploads/" | tr -d '\r' | sed -n 's/^[Ll]ocation: //p')
        curl -sf -X PUT -H 'Content-Type: application/octet-stream' --data-binary @/tmp/blob "$place&digest=$blob"
    done
    curl -sf -X PUT -H "Content-Type: $one" --data-binary @/tmp/one.json "$to/manifests/$manifest"
done
for tag in 2.0 stable; do
    curl -sf -X PUT -H "Content-Type: $index" --data-binary @/tmp/index.json "$to/manifests/$tag"
done
