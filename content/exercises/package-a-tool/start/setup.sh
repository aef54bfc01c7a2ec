set -e
d=$(mktemp -d)
pack() { # pack NAME VERSION FIELDS: a package of the folder $d/NAME, put on the mirror
    mkdir -p "$d/$1/DEBIAN"
    printf 'Package: %s\nVersion: %s\nArchitecture: all\nMaintainer: Tools <tools@example.org>\n%s\n' "$1" "$2" "$3" > "$d/$1/DEBIAN/control"
    dpkg-deb -Zgzip --root-owner-group -b "$d/$1" "/srv/mirror/$1_$2_all.deb" > /dev/null
}
mkdir -p /srv/mirror "$d/ledger/usr/bin" "$d/ledger-currency/usr/share/ledger" "$d/ledger-manual/usr/share/ledger"
cat > "$d/ledger/usr/bin/ledger" <<'END'
#!/bin/sh
# ledger [FILE...]: adds up the second column of the files, or of standard input.
case ${1-} in
    --version) echo 'ledger 1.4'; exit ;;
    --help) echo 'usage: ledger [FILE...]'; exit ;;
    -*) echo "ledger: unknown option $1" >&2; exit 2 ;;
esac
for file; do
    [ -r "$file" ] || { echo "ledger: cannot read $file" >&2; exit 1; }
done
cat -- "$@" | awk -v "currency=$(cat /usr/share/ledger/currency)" '{ sum += $2 } END { printf "%.2f %s\n", sum, currency }'
END
chmod 755 "$d/ledger/usr/bin/ledger"
echo EUR > "$d/ledger-currency/usr/share/ledger/currency"
{ echo 'manual {{nonce}}'; head -c 4M /dev/urandom; } > "$d/ledger-manual/usr/share/ledger/manual"
pack ledger 1.4 'Depends: ledger-currency
Recommends: ledger-manual
Description: adds up books'
pack ledger-currency 1.0 'Description: the currency of the house'
pack ledger-manual 1.4 'Description: manual of ledger, with pictures'
# The index: these three, and what else the house has.
cd /srv/mirror
for file in *.deb; do
    dpkg-deb -f "$file"
    printf 'Filename: ./%s\nSize: %s\nSHA256: %s\n\n' "$file" "$(stat -c %s "$file")" "$(sha256sum "$file" | cut -c 1-64)"
done > Packages
awk 'BEGIN { for (i = 1; i <= 3000; i++) printf "Package: part-%04d\nVersion: 1.0\nArchitecture: all\nMaintainer: Tools <tools@example.org>\nFilename: ./part-%04d_1.0_all.deb\nSize: 1000\nSHA256: %064d\nDescription: part {{canary}}-%d\n\n", i, i, i, i }' >> Packages
rm -r "$d"
docker run -d --name mirror --restart unless-stopped -p 127.0.0.1:8098:80 -v /srv/mirror:/www:ro busybox httpd -f -p 80 -h /www > /dev/null
until curl -fso /dev/null http://localhost:8098/Packages; do sleep 0.1; done
