# As the public image begins: a new data folder is made with the given password, and what lies in the folder of first
# scripts is run; then the server starts.
set -e
BIN=/usr/lib/postgresql/15/bin
PGDATA=/var/lib/postgresql/data
if [ ! -s $PGDATA/PG_VERSION ]; then
  $BIN/initdb -D $PGDATA --encoding=UTF8 --locale=C.UTF-8 --auth-host=scram-sha-256 --auth-local=trust --pwfile="$POSTGRES_PASSWORD_FILE" >/dev/null
  echo "host all all all scram-sha-256" >> $PGDATA/pg_hba.conf
  $BIN/pg_ctl -D $PGDATA -w -o "-c listen_addresses=''" start >/dev/null
  for each in /docker-entrypoint-initdb.d/*.sql; do psql -v ON_ERROR_STOP=1 --quiet -d postgres -f "$each"; done
  $BIN/pg_ctl -D $PGDATA -w stop >/dev/null
fi
exec $BIN/postgres -D $PGDATA -c listen_addresses='*'
