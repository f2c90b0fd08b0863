#!/bin/sh
# Runs once, when postgres-1 has made its data: the role and the database of Florin, and the role of the standby.
set -eu
secret() { cat "/run/secrets/$1"; }
psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    -v florin="$(secret florin-password)" -v replicator="$(secret replication-password)" <<'SQL'
CREATE ROLE florin LOGIN PASSWORD :'florin';
CREATE DATABASE florin OWNER florin;
CREATE ROLE replicator LOGIN REPLICATION PASSWORD :'replicator';
SQL
echo "host replication replicator all scram-sha-256" >>"$PGDATA/pg_hba.conf"
# Last, because from then on a commit waits until the standby has it on its disk. Without a standby nothing is
# acknowledged: see docs/operating.md, "Postgres and its standby".
psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    -c "ALTER SYSTEM SET synchronous_standby_names = 'FIRST 1 (standby)'"
