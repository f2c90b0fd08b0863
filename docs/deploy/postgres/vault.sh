#!/bin/sh
# Runs once, when vault-db has made its data: the role and the database of the vault, and the role of its backups.
set -eu
psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    -v florin="$(cat /run/secrets/vault-password)" -v replicator="$(cat /run/secrets/vault-replication-password)" <<'SQL'
CREATE ROLE florin LOGIN PASSWORD :'florin';
CREATE DATABASE florin_keys OWNER florin;
CREATE ROLE replicator LOGIN REPLICATION PASSWORD :'replicator';
SQL
echo "host replication replicator all scram-sha-256" >>"$PGDATA/pg_hba.conf"
