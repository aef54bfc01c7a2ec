set -e
mkdir -p shelf/v2/team/badge/tags shelf/v2/team/badge/manifests
echo '{}' > shelf/v2/index.html
echo '{"name":"team/badge","tags":["1","stable"]}' > shelf/v2/team/badge/tags/list
for tag in 1 stable; do echo '{"schemaVersion":2}' > shelf/v2/team/badge/manifests/$tag; done
cat > default.conf <<'N'
server { listen 5000; root /var/lib/registry; add_header Docker-Distribution-Api-Version registry/2.0; }
N
docker run -d --name registry --restart always -p 127.0.0.1:5000:5000 \
    -v "$PWD/shelf:/var/lib/registry" -v "$PWD/default.conf:/etc/nginx/conf.d/default.conf" nginx
until curl -fs http://localhost:5000/v2/ >/dev/null; do sleep 0.2; done
