#!/bin/sh
# Runs what it is given, a Postgres. Where the environment names a PRIMARY and the folder is empty, it is made a copy of that
# one first, whose commits wait for it: so a primary that was lost comes back as the standby of the other one.
set -eu
if [ -n "${PRIMARY:-}" ] && [ ! -s "$PGDATA/PG_VERSION" ]; then
    until pg_isready --quiet --host "$PRIMARY"; do sleep 1; done
    chmod 0700 "$PGDATA"
    find "$PGDATA" -mindepth 1 -delete
    PGPASSWORD=$(cat "${SECRETS:-/run/secrets}/replication-password") pg_basebackup --pgdata "$PGDATA" --write-recovery-conf \
        --dbname "host=$PRIMARY user=replicator application_name=standby" --wal-method stream --checkpoint fast --no-password
fi
exec "$@"
