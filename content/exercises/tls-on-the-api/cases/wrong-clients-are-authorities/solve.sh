set -e
umask 077
mkdir -p authority host ada ci
cd authority
new='openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc'
$new -x509 -days 365 -subj '/CN=forge CA' -keyout ca-key.pem -out ca.pem 2>/dev/null
sign() { # FOLDER EXTENSION...
  it=$1; shift
  $new -x509 -days 90 -subj /CN=$it -CA ca.pem -CAkey ca-key.pem "$@" -keyout ../$it/key.pem -out ../$it/cert.pem 2>/dev/null
  cp ca.pem ../$it/
}
sign host -addext subjectAltName=DNS:forge.internal -addext extendedKeyUsage=serverAuth
sign ada -addext extendedKeyUsage=clientAuth
sign ci -addext extendedKeyUsage=clientAuth
cd ..
cat > engine.json <<'EOF'
{
  "hosts": ["unix:///run/forge.sock", "tcp://0.0.0.0:2376"],
  "tlsverify": true,
  "tlscacert": "/root/work/host/ca.pem",
  "tlscert": "/root/work/host/cert.pem",
  "tlskey": "/root/work/host/key.pem",
  "bridge": "forge0",
  "iptables": false,
  "data-root": "/tmp/forge",
  "exec-root": "/run/forge",
  "pidfile": "/run/forge.pid",
  "containerd": "/run/containerd/containerd.sock"
}
EOF
