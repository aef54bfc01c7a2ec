cat > publish <<'END'
#!/bin/sh
job=$(mktemp -d -p /dev/shm) || exit
docker --config "$job" login -u "$2" --password-stdin "$1" >/dev/null 2>&1 &&
    docker tag "$3" "$1/$3" &&
    docker --config "$job" push -q "$1/$3"
code=$?
rm -rf "$job"
[ $code = 0 ] || echo "not published: $1/$3" >&2
exit $code
END
chmod +x publish
./publish localhost:5000 robot parcel:1 < robot.token || true
