#!/bin/sh
# Runs once, on vault-db, as its superuser: the role and the database of the vault, and the role of its backups.
set -eu
secrets=${SECRETS:-/run/secrets}
as_superuser() { psql -v ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres "$@"; }
as_superuser -v florin="$(cat "$secrets/vault-password")" -v replicator="$(cat "$secrets/vault-replication-password")" <<'SQL'
CREATE ROLE florin LOGIN PASSWORD :'florin';
CREATE DATABASE florin_keys OWNER florin TEMPLATE template0 ENCODING 'UTF8';
CREATE ROLE replicator LOGIN REPLICATION PASSWORD :'replicator';
SQL
printf 'host florin_keys florin %s scram-sha-256\nhost replication replicator %s scram-sha-256\n' "${NETWORK:-all}" "${NETWORK:-all}" \
    >>"$(as_superuser -Atc 'SHOW hba_file')"
as_superuser -c "SELECT pg_reload_conf()"
