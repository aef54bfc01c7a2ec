set -e
# The team's base image: what fetches packages and shrinks pictures. Both take their time.
base=$(mktemp -d)
mkdir -p "$base/packages/frame/3.1" "$base/packages/frame/3.2" "$base/packages/markup/1.4" "$base/packages/markup/2.0"
echo '<title>Museum</title>' > "$base/packages/frame/3.1/top"
echo '<hr>Free entry on Sundays' > "$base/packages/frame/3.1/bottom"
echo '<title>A new look</title>' > "$base/packages/frame/3.2/top"
echo '<hr>' > "$base/packages/frame/3.2/bottom"
printf 's,^# \\(.*\\),<h1>\\1</h1>,\ns,^[^<].*,<p>&</p>,\n' > "$base/packages/markup/1.4/convert"
printf 's,^# \\(.*\\),<h2>\\1</h2>,\ns,^[^<].*,<div>&</div>,\n' > "$base/packages/markup/2.0/convert"
cat > "$base/get-packages" <<'END'
#!/bin/sh
# get-packages: installs what packages.txt names into /opt/packages, in the versions that packages.lock gives,
# and the newest of those that it does not give. Both files are read in the folder where it is called.
set -eu
[ -f packages.txt ] || { echo 'get-packages: no packages.txt here' >&2; exit 1; }
mkdir -p /opt/packages
while read -r name; do
    version=$(sed -n "s/^$name //p" packages.lock 2> /dev/null || true)
    if [ -z "$version" ]; then
        version=$(ls "/usr/share/packages/$name" | sort -V | tail -n 1)
        echo "get-packages: $name is not locked, taking $version" >&2
    fi
    sleep 2
    cp -r "/usr/share/packages/$name/$version" "/opt/packages/$name"
done < packages.txt
cat /proc/sys/kernel/random/uuid > /opt/packages/.installed
END
cat > "$base/shrink" <<'END'
#!/bin/sh
# shrink FROM TO: makes every picture of a folder half as large.
set -eu
mkdir -p "$2"
for picture in "$1"/*.pbm; do
    sleep 2
    awk 'NR == 1 { print } NR == 2 { print $1 / 2, $2 / 2 }
        NR > 2 && NR % 2 { for (i = 1; i <= NF; i += 2) printf "%s ", $i; print "" }' "$picture" > "$2/$(basename "$picture")"
done
cat /proc/sys/kernel/random/uuid > "$2/.shrunk"
END
cat > "$base/Dockerfile" <<'END'
FROM busybox
COPY packages /usr/share/packages
COPY --chmod=755 get-packages shrink /usr/local/bin/
END
docker build -q -t workshop:1 "$base" > /dev/null
rm -r "$base"
