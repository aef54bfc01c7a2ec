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
# One platform, Docker's format: the engine has the digest of what it pulled, and keeps it.
export DOCKER_CONFIG=$(mktemp -d)
# The engine reads /etc/hosts anew every five seconds.
sleep 6
docker login -u ci --password-stdin shelf.example.org < accounts/ci.password
through() { # through SOURCE TARGET DIGEST
    docker pull -q "localhost:5000/$1@$3"
    docker tag "localhost:5000/$1@$3" "shelf.example.org/$2"
    docker push "shelf.example.org/$2" | grep "$3"
}
through web shop/web:1.9.2 $web
through web shop/web:1.8.0 $audit
through nils/api shop/api:3.4.1 $api
through report depot/report:7.2 $report
# An index: Buildx copies it as it is. It looks for authorities in the system's own store.
cat /etc/ssl/certs/ca-certificates.crt certs/ca.crt > /tmp/authorities
export SSL_CERT_FILE=/tmp/authorities
docker buildx imagetools create -t shelf.example.org/depot/scanner:5.1 localhost:5000/nils/scanner-arm@$scanner
# A single manifest: Buildx puts an index around it. The manifest goes along, and can be given the tag.
docker buildx imagetools create -t shelf.example.org/depot/label:wrapped localhost:5000/label@$label
oci=application/vnd.oci.image.manifest.v1+json
ask -H "Accept: $oci" $new/depot/label/manifests/$label > /tmp/manifest
ask -X PUT -H "Content-Type: $oci" --data-binary @/tmp/manifest $new/depot/label/manifests/2.0.7
wrapped=$(ask $kinds $new/depot/label/manifests/wrapped | sha256sum | cut -c 1-64)
ask -X DELETE $new/depot/label/manifests/sha256:$wrapped
rm -r "$DOCKER_CONFIG"
unset DOCKER_CONFIG
sed -i "s,localhost:5000/web:latest,shelf.example.org/shop/web:1.9.2@$web,; s,localhost:5000/nils/api@,shelf.example.org/shop/api:3.4.1@," deploy/shop.yaml
sed -i "s,localhost:5000/label:2@,shelf.example.org/depot/label:2.0.7@,; s,localhost:5000/nils/scanner-arm:stable,shelf.example.org/depot/scanner:5.1@$scanner,
    s,localhost:5000/report:7,shelf.example.org/depot/report:7.2@$report," deploy/depot.yaml
docker rm -f -v registry
