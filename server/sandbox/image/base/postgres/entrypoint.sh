#!/bin/sh
# Makes the database cluster at the first start, as its namesake does: POSTGRES_PASSWORD (or _FILE), POSTGRES_USER,
# POSTGRES_DB, scripts in /docker-entrypoint-initdb.d; then runs the command as the user postgres.
set -eu
case ${1:-postgres} in -*) set -- postgres "$@" ;; esac
[ "${1:-}" = postgres ] || exec "$@"
case ${2:-} in --help | -\? | --version | -V | --describe-config) exec "$@" ;; esac
if [ "$(id -u)" = 0 ]; then
  mkdir -p "$PGDATA"
  chown -R postgres:postgres "$PGDATA" /var/run/postgresql
  chmod 0700 "$PGDATA"
  exec setpriv --reuid=postgres --regid=postgres --init-groups "$0" "$@"
fi
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  if [ -n "${POSTGRES_PASSWORD_FILE:-}" ]; then POSTGRES_PASSWORD=$(cat "$POSTGRES_PASSWORD_FILE"); fi
  user=${POSTGRES_USER:-postgres} database=${POSTGRES_DB:-${POSTGRES_USER:-postgres}}
  if [ -z "${POSTGRES_PASSWORD:-}" ] && [ "${POSTGRES_HOST_AUTH_METHOD:-}" != trust ]; then
    echo "Error: the database is not initialized and no superuser password is set." >&2
    echo "Set POSTGRES_PASSWORD (or POSTGRES_PASSWORD_FILE) for the superuser." >&2
    exit 1
  fi
  secret=$(mktemp); printf '%s\n' "${POSTGRES_PASSWORD:-unused}" > "$secret"
  initdb --username="$user" --pwfile="$secret" --auth-local=trust --auth-host=scram-sha-256 >/dev/null
  rm -f "$secret"
  echo "host all all all ${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}" >> "$PGDATA/pg_hba.conf"
  pg_ctl -o "-c listen_addresses=''" -w start >/dev/null
  [ "$database" = postgres ] || createdb --username="$user" "$database"
  for file in /docker-entrypoint-initdb.d/*; do
    case $file in
      *.sh) sh "$file" ;;
      *.sql) psql -v ON_ERROR_STOP=1 --username="$user" --dbname="$database" -f "$file" ;;
    esac
  done
  pg_ctl -m fast -w stop >/dev/null
  echo "PostgreSQL init process complete; ready for start up."
fi
exec "$@" -c listen_addresses='*'
