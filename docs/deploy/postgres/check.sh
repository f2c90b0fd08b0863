#!/bin/sh
# Restores the newest base backup, with the archive to its end, into a folder that is removed again, and runs a command with
# that server's address in DATABASE_URL:
#
#   check.sh BACKUPS ARCHIVE DATABASE COMMAND [ARGUMENT ...]
#   check.sh /backups/journal /archive/journal florin florin verify
#
# Its exit code is the command's. The server listens on a socket of its own alone, and leaves the archive as it is. Run it as
# the user that Postgres runs as; TMPDIR needs room for the database.
set -eu
fail() { echo "check.sh: $*" >&2; exit 1; }
[ $# -ge 4 ] || fail "usage: check.sh BACKUPS ARCHIVE DATABASE COMMAND [ARGUMENT ...]"
backups=$1 archive=$2 database=$3
shift 3
for folder in "$backups"/[0-9]*Z; do newest=$folder; done
[ -d "$newest" ] || fail "there is no backup in $backups"

dir=$(mktemp -d "${TMPDIR:-/var/tmp}/florin-check.XXXXXX")
trap 'pg_ctl stop --silent --pgdata "$dir/data" --mode immediate >&2 || :; rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM
"$(dirname "$0")/restore.sh" "$newest" "$archive" "$dir/data" archive_mode=off synchronous_standby_names= hot_standby=off \
    listen_addresses= "unix_socket_directories=$dir" port=5432 "hba_file=$dir/pg_hba.conf"
echo 'local all all trust' >"$dir/pg_hba.conf" # the folder is closed to others
: >"$dir/data/postgresql.conf"                 # of the server that was backed up, where there is one
pg_ctl start --silent --pgdata "$dir/data" --log "$dir/log" >&2 || { cat "$dir/log" >&2; exit 1; }
until pg_isready --quiet --host "$dir" --port 5432; do # it takes connections when all of the archive is in it
    pg_ctl status --pgdata "$dir/data" >/dev/null || { cat "$dir/log" >&2; fail "the recovery failed"; }
    sleep 0.2
done
DATABASE_URL="postgres://florin@/$database?host=$dir&port=5432" "$@"
