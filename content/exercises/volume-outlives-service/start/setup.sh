set -e
docker compose up -d --build --pull never > /dev/null 2>&1
until curl -fs localhost:8080/release > /dev/null; do sleep 0.1; done
for entry in 'truck+7,+lent+to+the+harbour' 'crane+2,+back,+key+{{canary}}' 'forklift+5,+lent+to+hall+{{nonce}}'; do
    curl -fs "localhost:8080/cgi-bin/add?$entry" > /dev/null
done
