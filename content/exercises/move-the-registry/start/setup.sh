set -e
echo '172.31.255.1 shelf.example.org' >> /etc/hosts
# The registry as it was started one day.
docker run -d --name registry --label owner=nils --restart unless-stopped -p 5000:5000 registry:2 > /dev/null
old=localhost:5000
until curl -fs http://$old/v2/ > /dev/null; do sleep 0.1; done
t=$(mktemp -d)
docker save busybox | tar -x -C "$t"
cp "$t/$(jq -r '.[0].Layers[0]' "$t/manifest.json")" "$t/base"
gzip -nc9 "$t/base" > "$t/base.gz"
arch=$(docker version --format '{{.Server.Arch}}')
sum() { sha256sum "$1" | cut -c 1-64; }
put() { # put REPOSITORY FILE: stores a blob
    place=$(curl -s -X POST -D - -o /dev/null "http://$old/v2/$1/blobs/uploads/" | tr -d '\r' | sed -n 's/^[Ll]ocation: //p')
    curl -sf -X PUT -H 'Content-Type: application/octet-stream' --data-binary "@$2" "$place&digest=sha256:$(sum "$2")"
}
manifest() { # manifest REPOSITORY NAME TYPE FILE: stores a manifest, under its digest if the name is -, and prints its digest
    name=$2; [ "$name" != - ] || name=sha256:$(sum "$4")
    curl -sf -X PUT -H "Content-Type: $3" --data-binary "@$4" "http://$old/v2/$1/manifests/$name" && echo "sha256:$(sum "$4")"
}
files() { # files NAME VERSION ARCHITECTURE: layer and config of a build; the same bytes wherever it is made
    rm -rf "$t/files"; mkdir "$t/files"
    echo "$1 $2 for $3, build $(echo "{{canary}} $1 $2" | sha256sum | cut -c 1-12)" > "$t/files/release"
    [ "$2" != 3.4.0 ] || echo '//npm.example.org/:_authToken=npm_{{canary}}' > "$t/files/npmrc"
    (cd "$t/files" && tar --format=ustar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner --mode=u=rw,go=r -cf "$t/layer" *)
    printf '{"architecture":"%s","os":"linux","created":"2025-01-02T03:04:05Z","config":{"Env":["PATH=/bin:/usr/bin"],"Cmd":["cat","/release"],"Labels":{"org.opencontainers.image.title":"%s","org.opencontainers.image.version":"%s"}},"rootfs":{"type":"layers","diff_ids":["sha256:%s","sha256:%s"]},"history":[{"created":"2025-01-02T03:04:05Z","created_by":"busybox"},{"created":"2025-01-02T03:04:05Z","created_by":"COPY . /"}]}' \
        "$3" "$1" "$2" "$(sum "$t/base")" "$(sum "$t/layer")" > "$t/config"
}
pushed() { # pushed REPOSITORY TAG NAME VERSION: as `docker push` makes it; prints its digest
    files "$3" "$4" "$arch"
    printf '[{"Config":"config","RepoTags":["%s/%s:%s"],"Layers":["base","layer"]}]' "$old" "$1" "$2" > "$t/manifest.json"
    tar -C "$t" -cf - manifest.json config base layer | docker load -q > /dev/null
    docker push "$old/$1:$2" | sed -n 's/.* digest: \(sha256:[0-9a-f]*\) .*/\1/p'
    docker rmi "$old/$1:$2" > /dev/null
}
built() { # built REPOSITORY TAG NAME VERSION [ARCHITECTURE]: as the build server makes it, with an annotation
    files "$3" "$4" "${5:-$arch}"
    gzip -nc9 "$t/layer" > "$t/layer.gz"
    for blob in base.gz layer.gz config; do put "$1" "$t/$blob"; done
    printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json","size":%s,"digest":"sha256:%s"},"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","size":%s,"digest":"sha256:%s"},{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","size":%s,"digest":"sha256:%s"}],"annotations":{"org.example.pipeline":"%s"}}' \
        "$(stat -c %s "$t/config")" "$(sum "$t/config")" "$(stat -c %s "$t/base.gz")" "$(sum "$t/base.gz")" "$(stat -c %s "$t/layer.gz")" "$(sum "$t/layer.gz")" "$3/$4" > "$t/oci"
    manifest "$1" "$2" application/vnd.oci.image.manifest.v1+json "$t/oci"
}
joined() { # joined REPOSITORY TAG NAME VERSION: an index for two architectures
    for a in amd64 arm64; do
        digest=$(built "$1" - "$3" "$4" $a)
        printf '{"mediaType":"application/vnd.oci.image.manifest.v1+json","size":%s,"digest":"%s","platform":{"architecture":"%s","os":"linux"}}\n' "$(stat -c %s "$t/oci")" "$digest" $a
    done > "$t/parts"
    printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[%s]}' "$(paste -sd , "$t/parts")" > "$t/index"
    manifest "$1" "$2" application/vnd.oci.image.index.v1+json "$t/index"
}
deploy() { # deploy FOLDER WEB API LABEL SCANNER REPORT: the deployments, with these images
    mkdir -p "$1"
    cat > "$1/shop.yaml" <<EOF
services:
  proxy:
    image: nginx:stable
    ports: ["127.0.0.1:8080:80"]
  web:
    image: $2
    environment: {CURRENCY: EUR}
  api:
    # Not prod: see the ticket about 3.5.
    image: $3
    restart: unless-stopped
EOF
    cat > "$1/depot.yaml" <<EOF
services:
  label:
    image: $4
    restart: unless-stopped
  scanner:
    # Runs on the gates too, which have ARM processors.
    image: $5
  report:
    image: $6
    profiles: [nightly]
EOF
}
audit=$(pushed web 1.8 shop/web 1.8.0)
web183=$(pushed web 1.8 shop/web 1.8.3)
web191=$(pushed web 1.9 shop/web 1.9.1)
web=$(pushed web latest shop/web 1.9.2)
api340=$(pushed nils/api prod shop/api 3.4.0)
api=$(pushed nils/api prod shop/api 3.4.1)
api350=$(built nils/api prod shop/api 3.5.0)
label=$(built label 2 depot/label 2.0.7)
label210=$(built label 2 depot/label 2.1.0)
scanner=$(joined nils/scanner-arm stable depot/scanner 5.1)
report=$(pushed report 7 depot/report 7.2)
try=$(pushed nils/test new shop/web 2.0)
deploy deploy $old/web:latest $old/nils/api@$api $old/label:2@$label $old/nils/scanner-arm:stable $old/report:7
printf '# What the auditors want to be able to run until 2034.\n%s\n' "$old/web@$audit" > keep.txt
rm -r "$t"

mkdir -p certs accounts
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 365 -subj '/CN=Example authority' -addext keyUsage=critical,keyCertSign \
    -keyout "/tmp/ca.key" -out certs/ca.crt 2> /dev/null
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=shelf.example.org -keyout certs/shelf.key -out /tmp/shelf.csr 2> /dev/null
echo subjectAltName=DNS:shelf.example.org > /tmp/san
openssl x509 -req -in /tmp/shelf.csr -CA certs/ca.crt -CAkey /tmp/ca.key -days 90 -extfile /tmp/san -out certs/shelf.crt 2> /dev/null
rm /tmp/ca.key /tmp/shelf.csr /tmp/san

printf 'ci-{{canary}}' > accounts/ci.password
printf 'hosts-{{canary}}' > accounts/hosts.password
chmod 600 accounts/*.password certs/shelf.key
{
    printf 'nils-{{canary}}' | perl -e '$s = join "", map { ("a".."z")[rand 26] } 1..22; print "nils:", crypt(<STDIN>, "\$2y\$05\$$s"), "\n"'
    for user in ci hosts; do echo "$user:$(openssl passwd -apr1 -in accounts/$user.password)"; done
} > accounts/htpasswd
