set -e
umask 077
mkdir -p authority host ada ci
cd authority
new='openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc'
$new -x509 -days 365 -subj '/CN=forge CA' -keyout ca-key.pem -out ca.pem 2>/dev/null
printf 'extendedKeyUsage=serverAuth\n' > host.ext
printf 'extendedKeyUsage=clientAuth\n' > client.ext
for it in host ada ci; do
  $new -subj /CN=$(echo $it | sed s/host/forge.internal/) -keyout ../$it/key.pem -out $it.csr 2>/dev/null
  case $it in host) ext=host.ext ;; *) ext=client.ext ;; esac
  openssl x509 -req -in $it.csr -CA ca.pem -CAkey ca-key.pem -days 90 -extfile $ext -out ../$it/cert.pem 2>/dev/null
  cp ca.pem ../$it/
done
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
