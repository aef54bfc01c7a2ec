set -e
sed -i '/^python3/d' app/start
cat >> app/start <<'END'
python3 /app/intake.py &
trap 'exit 0' TERM
wait $!
END
docker build -q -t intake:clean .
