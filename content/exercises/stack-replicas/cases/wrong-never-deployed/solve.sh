chmod 755 failed
docker stack config -c stack.yaml
