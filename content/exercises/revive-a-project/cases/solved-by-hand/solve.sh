set -e
docker rm -f depot-web-1 depot-worker-1 depot-kv-1
docker network rm depot_default
docker compose up -d --build
# Until the order that was waiting is carried out.
for i in $(seq 20); do if curl -fs -m 5 localhost:8080/cgi-bin/orders | grep -q 'done: hall'; then break; fi; sleep 0.5; done
