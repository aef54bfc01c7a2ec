set -e
mkdir /tmp/tool && cd /tmp/tool
cat > settle <<'END'
#!/bin/sh
# settle [--check] [--no-start] ROLE [NAME=VALUE ...]: a stand-in for Ansible, Chef or Puppet.
# Brings this system into the state that ROLE describes. With --check it says what it would change, and changes nothing.
# Marked {{nonce.sha256}}
set -eu
check='' start=yes
while :; do
    case ${1:-} in
    --check) check=yes start='' ;;
    --no-start) start='' ;;
    *) break ;;
    esac
    shift
done
role=$1; shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Values: of the command line, of the role, and facts about this system. The first counts.
for pair; do echo "${pair%%=*} ${pair#*=}"; done > "$work/values"
grep -v '^#' "$role/values" >> "$work/values"
echo "name $(hostname)" >> "$work/values"

changes=0
change() {
    changes=$((changes + 1))
    if [ "$check" ]; then echo "would change: $*"; return 1; fi
    echo "changed: $*"
}
# file PATH MODE: the file $work/new is to be there.
file() {
    if cmp -s "$work/new" "$1" && [ "$(stat -c %a "$1")" = "$2" ]; then return; fi
    if change "file $1"; then install -m "$2" "$work/new" "$1"; fi
}

while read -r kind what a b; do
    case $kind in
    user)
        [ "$(id -u "$what" 2> /dev/null)" = "$a" ] ||
            if change "user $what"; then useradd --uid "$a" --no-create-home --shell /usr/sbin/nologin "$what"; fi ;;
    dir)
        [ "$(stat -c '%U %a' "$what" 2> /dev/null)" = "$a $b" ] ||
            if change "dir $what"; then install -d -o "$a" -g "$a" -m "$b" "$what"; fi ;;
    file)
        cp "$role/$a" "$work/new"
        while read -r name value; do sed -i "s|@$name@|$value|g" "$work/new"; done < "$work/values"
        file "$what" "$b" ;;
    licence)
        key=${SETTLE_KEY:-/run/secrets/settle_key}
        [ -r "$key" ] || { echo "settle: no key in $key" >&2; exit 1; }
        printf %s "$(cat "$key")" | sha256sum | cut -c 1-64 > "$work/new"
        file "$what" 644 ;;
    line)
        grep -qsxF "$a $b" "$what" || if change "line in $what"; then echo "$a $b" >> "$what"; fi ;;
    start)
        [ -z "$start" ] || { echo "started: $what"; "$what" --background; } ;;
    '' | '#'*) ;;
    *) echo "settle: what is $kind?" >&2; exit 1 ;;
    esac
done < "$role/role"
echo "$changes changes"
END
printf 'FROM busybox\nCOPY --chmod=755 settle /settle\n' | docker build -q -t settle:1 -f - . > /dev/null
rm -rf /tmp/tool
