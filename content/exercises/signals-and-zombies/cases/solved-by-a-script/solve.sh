set -e
cat > app/start <<'END'
#!/bin/sh
mkdir -p /data
echo "start: parcels are taken in on port ${PORT:-8080}"
python3 /app/intake.py &
service=$!
trap 'kill -TERM "$service"; wait "$service"; exit $?' TERM
wait "$service"
END
docker build -q -t intake:clean .
