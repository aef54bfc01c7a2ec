set -e
docker compose up -d --build --remove-orphans
# Until the order that was waiting is carried out.
for i in $(seq 20); do if curl -fs -m 5 localhost:8080/cgi-bin/orders | grep -q 'done: hall'; then break; fi; sleep 0.5; done
