set -e
cat > app/start <<'END'
#!/bin/sh
mkdir -p /data
python3 /app/intake.py &
service=$!
trap 'kill -TERM "$service"; wait "$service"; exit 0' TERM
wait "$service"
exit 0
END
docker build -q -t intake:clean .
