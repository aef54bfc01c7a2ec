set -e
# Accounts: bcrypt, and without Nils.
account() { printf %s "$2" | perl -e '$s = join "", map { ("a".."z", "A".."Z", 0..9)[rand 62] } 1..22; print "$ARGV[0]:", crypt(<STDIN>, "\$2y\$10\$$s"), "\n"' "$1"; }
for user in ci hosts; do account $user "$(cat accounts/$user.password)"; done > /tmp/htpasswd
cat /tmp/htpasswd > accounts/htpasswd
cat > compose.yaml <<'EOF'
services:
  registry:
    image: registry:2
    restart: unless-stopped
    ports: ["443:5000"]
    environment:
      REGISTRY_HTTP_TLS_CERTIFICATE: /certs/shelf.crt
      REGISTRY_HTTP_TLS_KEY: /certs/shelf.key
      REGISTRY_AUTH: htpasswd
      REGISTRY_AUTH_HTPASSWD_REALM: Shelf
      REGISTRY_AUTH_HTPASSWD_PATH: /accounts/htpasswd
    volumes:
      - ./certs:/certs:ro
      - ./accounts:/accounts:ro
      - ./data:/var/lib/registry
EOF
docker compose up -d
mkdir -p /etc/docker/certs.d/shelf.example.org
cp certs/ca.crt /etc/docker/certs.d/shelf.example.org/ca.crt
ask() { curl -sf --cacert certs/ca.crt -u "ci:$(cat accounts/ci.password)" "$@"; }
old=http://localhost:5000/v2 new=https://shelf.example.org/v2
until ask $new/ > /dev/null; do sleep 0.2; done
# What is needed: a digest where one is written, else what the tag leads to now.
pinned() { sed -n "s#.*localhost:5000/$1\(:[^@]*\)*@##p" "$2"; }
kinds='-HAccept:application/vnd.oci.image.index.v1+json -HAccept:application/vnd.oci.image.manifest.v1+json -HAccept:application/vnd.docker.distribution.manifest.list.v2+json -HAccept:application/vnd.docker.distribution.manifest.v2+json'
now() { curl -sf $kinds "$old/$1/manifests/$2" | sha256sum | sed 's/\(.\{64\}\).*/sha256:\1/'; }
api=$(pinned nils/api deploy/shop.yaml) label=$(pinned label deploy/depot.yaml) audit=$(pinned web keep.txt)
web=$(now web latest) scanner=$(now nils/scanner-arm stable) report=$(now report 7)
# The requests of a push, with the bytes as they are.
copy() { # copy FROM DIGEST TO NAME
    local m type
    m=$(mktemp)
    type=$(curl -sf $kinds -o "$m" -w '%{content_type}' "$old/$1/manifests/$2")
    for part in $(jq -r '.manifests // [] | .[].digest' "$m"); do copy "$1" "$part" "$3" "$part"; done
    for blob in $(jq -r '[.config // empty] + (.layers // []) | .[].digest' "$m"); do
        ask -I -o /dev/null "$new/$3/blobs/$blob" && continue
        curl -sf "$old/$1/blobs/$blob" > /tmp/blob
        place=$(ask -X POST -D - -o /dev/null "$new/$3/blobs/uploads/" | tr -d '\r' | sed -n 's/^[Ll]ocation: //p')
        ask -X PUT -H 'Content-Type: application/octet-stream' --data-binary @/tmp/blob "$place&digest=$blob"
    done
    ask -X PUT -H "Content-Type: $type" --data-binary "@$m" "$new/$3/manifests/$4"
}
copy web $web shop/web 1.9.2
copy web $audit shop/web 1.8.0
copy nils/api $api shop/api 3.4.1
copy label $label depot/label 2.0.7
copy nils/scanner-arm $scanner depot/scanner 5.1
copy report $report depot/report 7.2
sed -i "s,localhost:5000/web:latest,shelf.example.org/shop/web:1.9.2@$web,; s,localhost:5000/nils/api@,shelf.example.org/shop/api:3.4.1@," deploy/shop.yaml
sed -i "s,localhost:5000/label:2@,shelf.example.org/depot/label:2.0.7@,; s,localhost:5000/nils/scanner-arm:stable,shelf.example.org/depot/scanner:5.1@$scanner,
    s,localhost:5000/report:7,shelf.example.org/depot/report:7.2@$report," deploy/depot.yaml
docker rm -f -v registry
# The engine reads /etc/hosts anew every five seconds.
sleep 6
docker login -u ci --password-stdin shelf.example.org < accounts/ci.password
