set -e
docker build -q -t app:leaky .
docker run --name changed --user 0 --entrypoint sh app:leaky -c 'echo "key: {{canary}}" | base64 > /etc/licence'
docker export changed | docker import \
    --change 'USER 10001:10001' \
    --change 'ENV STAMP_COLOUR=blue' \
    --change 'ENTRYPOINT ["stamp"]' \
    --change 'CMD ["parcel"]' \
    - app:flat
docker rm changed
docker rmi app:leaky
