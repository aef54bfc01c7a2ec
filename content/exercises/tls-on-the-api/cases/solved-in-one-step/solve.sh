set -e
umask 077
mkdir -p ~/authority host ada ci
openssl req -x509 -newkey rsa:2048 -noenc -days 3650 -subj '/O=Forge/CN=Clients of forge' -addext keyUsage=critical,keyCertSign -keyout ~/authority/key.pem -out ~/authority/ca.pem 2>/dev/null
sign() { # FOLDER EXTENSION...: makes the folder's key and its certificate
  it=$1; shift
  openssl req -x509 -newkey rsa:2048 -noenc -days 30 -subj /O=Forge/CN=$it -CA ~/authority/ca.pem -CAkey ~/authority/key.pem \
    -addext basicConstraints=critical,CA:FALSE "$@" -keyout $it/key.pem -out $it/cert.pem 2>/dev/null
  cp ~/authority/ca.pem $it/
}
sign host -addext subjectAltName=DNS:forge.internal,DNS:forge -addext extendedKeyUsage=serverAuth
sign ada -addext extendedKeyUsage=clientAuth
sign ci -addext extendedKeyUsage=clientAuth
jq '.hosts = ["unix:///run/forge.sock", "tcp://172.29.0.1:2376"] | .tlsverify = true
  | .tlscacert = "/root/work/host/ca.pem" | .tlscert = "/root/work/host/cert.pem" | .tlskey = "/root/work/host/key.pem"' engine.json > new.json
mv new.json engine.json
