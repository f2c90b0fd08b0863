#!/bin/sh
# Makes postgres-2 a copy of postgres-1 when its folder is empty, and runs it. To have a primary that was lost come back
# as the standby of the other one, empty its folder and name the other one in PRIMARY.
set -eu
if [ ! -s "$PGDATA/PG_VERSION" ]; then
    until pg_isready --quiet --host "$PRIMARY"; do sleep 1; done
    chmod 0700 "$PGDATA"
    find "$PGDATA" -mindepth 1 -delete
    PGPASSWORD=$(cat /run/secrets/replication-password) pg_basebackup --pgdata "$PGDATA" --write-recovery-conf \
        --dbname "host=$PRIMARY user=replicator application_name=standby" --wal-method stream --checkpoint fast --no-password
fi
exec "$@"
