set -e
docker build -q --build-arg VENDOR_KEY="$(cat vendor.key)" -t app:clean .
