set -e
cat > mine.yaml <<'END'
# The project has its name whatever the folder is called; with it come its volume and its orphans.
name: depot

x-app: &app
  build: app
  init: true
  restart: unless-stopped
  secrets: [store_password]
  environment:
    STORE: store:7000
    STORE_PASSWORD_FILE: /run/secrets/store_password
    QUEUE: ${QUEUE:-yard}
    TITLE: "Depot: orders of the day"

services:
  web:
    <<: *app
    command: web
    # A proxy on this host is in front.
    ports: ["127.0.0.1:8080:8080"]
    depends_on:
      store: {condition: service_healthy}

  worker:
    <<: *app
    command: worker
    depends_on:
      migrate: {condition: service_completed_successfully}

  migrate:
    <<: *app
    command: migrate
    # A job: it ends, and stays ended.
    restart: "no"
    depends_on:
      store: {condition: service_healthy}

  store:
    image: busybox
    command: sh /srv/store/run
    init: true
    restart: unless-stopped
    secrets: [store_password]
    environment:
      STORE_PASSWORD_FILE: /run/secrets/store_password
    volumes:
      - ./store:/srv/store:ro
      - data:/var/lib/store
    healthcheck:
      test: ["CMD", "wget", "-q", "-O", "/dev/null", "http://127.0.0.1:7000/ready"]
      interval: 2s
      timeout: 2s
      start_period: 60s

secrets:
  store_password:
    file: ./secrets/store_password

volumes:
  data:
END
docker compose -f mine.yaml up -d --build --remove-orphans
# Until the order that was waiting is carried out.
for i in $(seq 20); do if curl -fs -m 5 localhost:8080/cgi-bin/orders | grep -q 'done: hall'; then break; fi; sleep 0.5; done
