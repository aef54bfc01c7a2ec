set -e
# A registry with two users: the robot of the job, and the colleague who owns this machine and is logged in.
hash() { printf %s "$2" | perl -e '$s = join "", map { (".", "/", 0..9, "A".."Z", "a".."z")[rand 64] } 1..22; print "$ARGV[0]:", crypt(<STDIN>, "\$2y\$05\$$s"), "\n"' "$1"; }
mkdir -p /srv/registry
{ hash robot '{{nonce}}'; hash ada 'weaving-at-night'; } > /srv/registry/htpasswd
printf %s '{{nonce}}' > robot.token
docker run -d --name registry --restart unless-stopped -p 127.0.0.1:5000:5000 -v /srv/registry/htpasswd:/htpasswd:ro \
    -e REGISTRY_AUTH=htpasswd -e REGISTRY_AUTH_HTPASSWD_REALM=Team -e REGISTRY_AUTH_HTPASSWD_PATH=/htpasswd registry:2 > /dev/null
mkdir -p -m 700 ~/.docker
printf '{\n\t"auths": {\n\t\t"localhost:5000": {\n\t\t\t"auth": "%s"\n\t\t}\n\t}\n}' "$(printf 'ada:weaving-at-night' | base64)" > ~/.docker/config.json
chmod 600 ~/.docker/config.json
docker tag busybox parcel:1
