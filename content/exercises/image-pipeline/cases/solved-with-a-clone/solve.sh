cat > pipeline <<'END'
#!/bin/sh
fail() { echo "pipeline: $1" >&2; exit 1; }
work=$(mktemp -d) || fail 'no room'
trap 'rm -rf "$work"' EXIT
git clone -q --no-hardlinks "$1" "$work/source" || fail 'no repository'
commit=$(git -C "$1" rev-parse --verify -q "$2^{commit}") || fail "no commit $2"
git -C "$work/source" checkout -q "$commit" || fail "no commit $2"
rm -rf "$work/source/.git"
docker build -q --iidfile "$work/id" --build-arg REVISION="$commit" "$work/source" > /dev/null || fail 'does not build'
image=$(cat "$work/id")
[ "$(docker image inspect -f '{{.Config.User}}' "$image")" = nobody ] || fail 'runs as another user'
for number in 1 2 $(shuf -i 5-9 -n 1); do
    said=$(docker run --rm "$image" $(seq "$number")) || fail 'does not run'
    [ "${said##* }" = "$number" ] || fail "says $said for $number words"
done
docker run --rm "$image" 2> /dev/null; [ $? = 2 ] || fail 'is content without words'
docker tag "$image" "$3:$commit" && docker push -q "$3:$commit" || fail 'cannot be pushed'
END
chmod +x pipeline
./pipeline counter good localhost:5000/counter || true
