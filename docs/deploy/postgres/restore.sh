#!/bin/sh
# Makes the data of a server out of a base backup, set to be brought forward from the archive when Postgres starts on them:
#
#   restore.sh BACKUP ARCHIVE DATA [SETTING=VALUE ...]
#
# DATA must be empty, or not there. Settings say how far, and for whom:
#
#   (none)                                        as far as there is anything
#   recovery_target_time='2026-11-22 21:07:00+00' to what was committed until then; Postgres knows no Z here
#   recovery_target_lsn=0/3000148                 recovery_target_name=before-2.0   likewise
#   archive_mode=off                              for a server that is only looked at: it must not write to the archive
#
# Where the folder pg_wal of the server that was lost can still be read, name it in LOST_WAL: it has what was committed last,
# and was not in the archive yet. Run it as the user that Postgres runs as. What is wrong with a backup is said before
# anything is made of it.
set -eu
fail() { echo "restore.sh: $*" >&2; exit 1; }
[ $# -ge 3 ] || fail "usage: restore.sh BACKUP ARCHIVE DATA [SETTING=VALUE ...]"
backup=$1 archive=$2 data=$3
shift 3
[ -d "$archive" ] || fail "$archive is not there"
[ -z "$(ls -A "$data" 2>/dev/null)" ] || fail "$data is not empty"
for setting in "$@"; do
    case $setting in
    [a-z]*=*) ;;
    *) fail "$setting is no SETTING=VALUE" ;;
    esac
done
fetch=$(cd "$(dirname "$0")" && pwd)/fetch.sh
pg_verifybackup --quiet "$backup"

mkdir -p "$data"
chmod 0700 "$data"
: >"$data/recovery.signal" # first: with it, and without what is set last, Postgres does not start on half a copy
cp -R "$backup/." "$data"
rm -f "$data/standby.signal" # of a backup that a standby has made
if [ -n "${LOST_WAL:-}" ]; then
    # Segments, and the files that tell of timelines.
    find "$LOST_WAL" -maxdepth 1 -type f -regextype posix-extended -regex '.*/([0-9A-F]{24}|[0-9A-F]{8}\.history)' \
        -exec cp -t "$data/pg_wal" {} +
fi

set_to() { printf "%s = '%s'\n" "$1" "$(printf '%s' "$2" | sed "s/'/''/g")" >>"$data/postgresql.auto.conf"; }
set_to recovery_target_action promote
for setting in "$@"; do
    set_to "${setting%%=*}" "${setting#*=}"
done
set_to restore_command "\"$fetch\" \"$archive\" %f \"%p\""
sync --file-system "$data"
