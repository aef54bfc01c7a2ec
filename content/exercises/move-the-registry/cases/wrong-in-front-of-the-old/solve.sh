set -e
# Accounts: bcrypt, and without Nils.
account() { printf %s "$2" | perl -e '$s = join "", map { ("a".."z", "A".."Z", 0..9)[rand 62] } 1..22; print "$ARGV[0]:", crypt(<STDIN>, "\$2y\$10\$$s"), "\n"' "$1"; }
for user in ci hosts; do account $user "$(cat accounts/$user.password)"; done > /tmp/htpasswd
cat /tmp/htpasswd > accounts/htpasswd
# Under their new names in the old registry, and nginx in front of it.
old=http://localhost:5000/v2 new=$old
ask() { curl -sf "$@"; }
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
mkdir -p conf data
cat > conf/shelf.conf <<'EOF'
server {
    listen 443 ssl;
    server_name shelf.example.org;
    ssl_certificate /certs/shelf.crt;
    ssl_certificate_key /certs/shelf.key;
    client_max_body_size 0;
    auth_basic Shelf;
    auth_basic_user_file /accounts/htpasswd;
    location / {
        proxy_pass http://172.31.255.1:5000;
        proxy_set_header Host $http_host;
        proxy_set_header X-Forwarded-Proto https;
        proxy_set_header Authorization "";
    }
}
EOF
cat > compose.yaml <<'EOF'
services:
  front:
    image: nginx
    restart: unless-stopped
    ports: ["443:443"]
    volumes: ["./conf:/etc/nginx/conf.d:ro", "./certs:/certs:ro", "./accounts:/accounts:ro"]
EOF
docker compose up -d
mkdir -p /etc/docker/certs.d/shelf.example.org
cp certs/ca.crt /etc/docker/certs.d/shelf.example.org/ca.crt
sed -i "s,localhost:5000/web:latest,shelf.example.org/shop/web:1.9.2@$web,; s,localhost:5000/nils/api@,shelf.example.org/shop/api:3.4.1@," deploy/shop.yaml
sed -i "s,localhost:5000/label:2@,shelf.example.org/depot/label:2.0.7@,; s,localhost:5000/nils/scanner-arm:stable,shelf.example.org/depot/scanner:5.1@$scanner,
    s,localhost:5000/report:7,shelf.example.org/depot/report:7.2@$report," deploy/depot.yaml
