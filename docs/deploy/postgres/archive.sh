#!/bin/sh
# Puts a segment of Postgres's log into an archive, as its archive_command:
#
#   archive_command = '/etc/florin/archive.sh /var/lib/postgresql/archive %p %f'
#
# Exit code 0 promises that the segment lies there whole and on the disk, since Postgres then forgets it. Anything else has
# Postgres keep it and try again: what is wrong stands in Postgres's log. Nothing that is there is ever overwritten. The same
# segment a second time is well: the archiver died before it heard of the first, or a standby was quicker (archive_mode = always).
set -eu
fail() { echo "archive.sh: $*" >&2; exit 1; }
[ $# -eq 3 ] || fail "usage: archive.sh ARCHIVE PATH NAME"
archive=$1 path=$2 name=$3
final=$archive/$name.gz
[ -d "$archive" ] || fail "$archive is not there"

same() { gunzip --stdout "$1" | cmp --silent - "$path"; }
other() { fail "$final is there with other contents"; }

if [ -e "$final" ]; then
    same "$final" || other
    sync "$final"
else
    part=$(mktemp "$archive/.$name.XXXXXX")
    trap 'rm -f "$part"' EXIT
    gzip --fast --stdout <"$path" >"$part"
    same "$part" || fail "what was written to $archive is not what is read"
    sync "$part"
    # A link is made only where there is no such name yet, and then at once.
    if ! ln "$part" "$final"; then
        same "$final" || other
    fi
fi
sync "$archive"
