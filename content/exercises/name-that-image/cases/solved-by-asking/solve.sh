set -e
for letter in a b c d e f g; do
    name=$(sed -n "/^\[$letter\]/,/^name/ s/^name = \"\(.*\)\"/\1/p" answers.toml)
    docker tag busybox "$name"
    full=$(docker save "$name" | tar -xO index.json | jq -r '.manifests[0].annotations."io.containerd.image.name"')
    host=${full%%/*} rest=${full#*/}
    sed -i "/^\[$letter\]/,/^tag/ { s|^host.*|host = \"$host\"|; s|^repository.*|repository = \"${rest%:*}\"|; s|^tag.*|tag = \"${rest##*:}\"|; }" answers.toml
done
sed -i '/^\[h\]/,/^tag/ { s|^host.*|host = "registry.test:5000"|; s|^repository.*|repository = "{{nonce}}"|; }' answers.toml
