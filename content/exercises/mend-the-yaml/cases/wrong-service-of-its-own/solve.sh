docker compose config -q
