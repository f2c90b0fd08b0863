#!/bin/sh
# Runs once, on postgres-1, as its superuser: the role and the database of Florin, and the role of the standby.
set -eu
secrets=${SECRETS:-/run/secrets}
as_superuser() { psql -v ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres "$@"; }
as_superuser -v florin="$(cat "$secrets/florin-password")" -v replicator="$(cat "$secrets/replication-password")" <<'SQL'
CREATE ROLE florin LOGIN PASSWORD :'florin';
CREATE DATABASE florin OWNER florin TEMPLATE template0 ENCODING 'UTF8';
CREATE ROLE replicator LOGIN REPLICATION PASSWORD :'replicator';
SQL
# The networks of the instances and of the standby; docker-compose.yml has nobody else in its own.
printf 'host florin florin %s scram-sha-256\nhost replication replicator %s scram-sha-256\n' "${NETWORK:-all}" "${NETWORK:-all}" \
    >>"$(as_superuser -Atc 'SHOW hba_file')"
# Last, because from then on a commit waits until the standby has it on its disk. Without a standby nothing is
# acknowledged: see docs/operating.md, "Postgres and its standby".
as_superuser -c "ALTER SYSTEM SET synchronous_standby_names = 'FIRST 1 (standby)'" -c "SELECT pg_reload_conf()"
