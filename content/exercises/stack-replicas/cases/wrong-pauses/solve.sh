chmod 755 failed
docker swarm init --advertise-addr 127.0.0.1
VERSION=1 docker stack deploy --detach=true -c stack.yaml site
until docker service ps site_web --filter desired-state=running --format '{{.CurrentState}}' | grep -q ^Running; do sleep 1; done
VERSION=2 docker stack deploy --detach=true -c stack.yaml site
for i in $(seq 60); do
  docker service inspect site_web --format '{{.UpdateStatus.State}}' | grep -q completed && break
  sleep 1
done
docker stack ps --format '{{.Name}} {{.Image}} {{.DesiredState}} {{.CurrentState}}' site
