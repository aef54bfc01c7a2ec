docker compose up -d
sleep 1
sh build.sh press:1
