set -e
d=$(mktemp -d)
cp -r desk/. "$d"
# Release 1, and a branch that has worked with it.
printf 'book 10\nfilm 50\n' > "$d/fees"
docker build -q -t desk:1 "$d" > /dev/null
docker run --rm -v harbour:/var/lib/desk --entrypoint sh desk:1 -c '
    desk lend maria "The sea"
    desk lend ines "An atlas of rivers"
    echo "Harbour branch, open until eight" > /var/lib/desk/header'
rm -r "$d"
