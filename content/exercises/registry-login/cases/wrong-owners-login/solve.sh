cat > publish <<'END'
#!/bin/sh
set -eu
cat > /dev/null
docker tag "$3" "$1/$3"
docker push "$1/$3"
END
chmod +x publish
./publish localhost:5000 robot parcel:1 < robot.token || true
