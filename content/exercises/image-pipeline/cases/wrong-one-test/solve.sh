cat > pipeline <<'END'
#!/bin/sh
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
commit=$(git -C "$1" rev-parse "$2^{commit}")
git -C "$1" archive "$commit" > "$work/source.tar"
docker build -q --iidfile "$work/id" --build-arg REVISION="$commit" - < "$work/source.tar" > /dev/null
image=$(cat "$work/id")
last() { docker run --rm --network none "$image" "$@" | awk "{print \$NF}"; }
test "$(last a b c)" = 3
docker tag "$image" "$3:$commit"
docker push -q "$3:$commit"
END
chmod +x pipeline
./pipeline counter good localhost:5000/counter || true
