#!/bin/sh
# Makes a base backup of a server, checks it, and then removes what has lapsed:
#
#   backup.sh BACKUPS ARCHIVE DAYS [OPTION OF pg_basebackup ...]
#
# The backup is BACKUPS/<UTC time>, a folder that appears when it is whole. The server is the one that the variables of
# libpq name (PGHOST, PGUSER, PGPASSFILE, ...); the role needs REPLICATION. Backups that are older than DAYS are removed, and
# from ARCHIVE what is older than the oldest one that stays: after DAYS nothing is left of what was deleted. All that
# only after a new backup is there: if none can be made, none is removed. Run it daily, and have somebody told when it fails.
set -eu
fail() { echo "backup.sh: $*" >&2; exit 1; }
[ $# -ge 3 ] || fail "usage: backup.sh BACKUPS ARCHIVE DAYS [OPTION OF pg_basebackup ...]"
backups=$1 archive=$2 days=$3
shift 3
[ -d "$archive" ] || fail "$archive is not there"
lapsed=$(date --utc --date "$days days ago" +%Y%m%dT%H%M%SZ)
exec 9>"$backups/.lock"
flock --nonblock 9 || fail "another one is at work in $backups"

rm -rf "$backups"/.*.part # of one that was cut short
name=$(date --utc +%Y%m%dT%H%M%SZ)
part=$backups/.$name.part
trap 'rm -rf "$part"' EXIT
pg_basebackup --pgdata "$part" --wal-method stream --manifest-checksums SHA256 --label "florin $name" --no-password "$@"
pg_verifybackup --quiet "$part"
mv --no-target-directory "$part" "$backups/$name"
sync "$backups"

oldest=
for folder in "$backups"/[0-9]*Z; do # in order of their names, which is that of their times
    if [ "$(basename "$folder")" \< "$lapsed" ]; then
        rm -rf "$folder"
    elif [ -z "$oldest" ]; then
        oldest=$folder
    fi
done
segment=$(sed -n 's/^START WAL LOCATION: .* (file \([0-9A-F]\{24\}\))$/\1/p' "$oldest/backup_label")
[ -n "$segment" ] || fail "$oldest/backup_label does not say which segment it begins with"
pg_archivecleanup -x .gz "$archive" "$segment"
find "$archive" -maxdepth 1 -name '.*' -type f -mtime +1 -delete # of archivers that were cut short
