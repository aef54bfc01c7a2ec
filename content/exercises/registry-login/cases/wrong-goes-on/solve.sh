cat > publish <<'END'
#!/bin/sh
saved=$(mktemp)
cp ~/.docker/config.json "$saved"
docker login -u "$2" --password-stdin "$1"
docker tag "$3" "$1/$3"
docker push "$1/$3"
cat "$saved" > ~/.docker/config.json
rm "$saved"
END
chmod +x publish
./publish localhost:5000 robot parcel:1 < robot.token || true
