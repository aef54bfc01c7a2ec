set -e
# The department's base image: tools that a build needs.
base=$(mktemp -d)
cat > "$base/fetch-map" <<'END'
#!/bin/sh
# fetch-map: fetches the vendor's map of the areas that areas.txt names into /opt/map.
# Reads areas.txt in the folder where it is called. The token is in the file that MAP_TOKEN_FILE names,
# and in depot.token when there is no such variable.
set -eu
token=$(cat "${MAP_TOKEN_FILE:-depot.token}")
[ -n "$token" ] || { echo 'fetch-map: the token is empty' >&2; exit 1; }
mkdir -p /opt/map /var/cache/map
while read -r area; do
    echo "fetch-map: $area" >&2
    echo "GET https://maps.example.org/$area?token=$token 200" >> /opt/map/fetch.log
    sleep 2
    head -c 6000000 /dev/urandom > "/var/cache/map/$area.tiles"
    echo "depot-$area" > "/opt/map/$area"
done < areas.txt
printf %s "$token" | sha256sum | cut -d ' ' -f 1 > /opt/map/licence
cat /proc/sys/kernel/random/uuid > /opt/map/edition
END
cat > "$base/make-table" <<'END'
#!/bin/sh
# make-table FOLDER: prints the table of routes, with the map in /opt/map.
set -eu
echo "# licence $(cat /opt/map/licence)"
echo "# edition $(cat /opt/map/edition)"
cat "$1"/*.txt | sort | while read -r code area; do
    [ -f "/opt/map/$area" ] || { echo "make-table: area $area is not in the map" >&2; exit 1; }
    echo "$code $(cat "/opt/map/$area")"
done
END
cat > "$base/Dockerfile" <<'END'
FROM busybox
RUN mkdir -p /usr/lib/toolbox /opt && head -c 24000000 /dev/urandom > /usr/lib/toolbox/compilers \
 && cp /bin/busybox /usr/lib/toolbox/mount-helper && chmod 4755 /usr/lib/toolbox/mount-helper
LABEL org.opencontainers.image.title=toolbox org.opencontainers.image.version=1
COPY --chmod=755 fetch-map make-table /usr/local/bin/
END
docker build -q -t toolbox:1 "$base" > /dev/null
rm -r "$base"
