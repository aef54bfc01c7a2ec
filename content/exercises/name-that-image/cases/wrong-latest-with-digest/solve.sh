set -e
answer() { # answer LETTER HOST REPOSITORY TAG
    sed -i "/^\[$1\]/,/^tag/ { s|^host.*|host = \"$2\"|; s|^repository.*|repository = \"$3\"|; s|^tag.*|tag = \"$4\"|; }" answers.toml
}
answer a docker.io library/{{nonce}} latest
answer b docker.io {{nonce}}/api 1.4
answer c {{nonce}}:5000 api latest
answer d registry.{{nonce}}.test team/shop/api 1.4
answer e docker.io library/registry.{{nonce}}.test 5000
answer f localhost {{nonce}} 2
answer g docker.io registry/{{nonce}}/api latest
answer h registry.test:5000 {{nonce}} ""
answer h registry.test:5000 {{nonce}} latest
