#!/bin/sh
# Runs once, when vault-db has made its data: the role and the database of the vault.
set -eu
psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    -v florin="$(cat /run/secrets/vault-password)" <<'SQL'
CREATE ROLE florin LOGIN PASSWORD :'florin';
CREATE DATABASE florin_keys OWNER florin;
SQL
