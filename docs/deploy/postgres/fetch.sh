#!/bin/sh
# Gets a segment of Postgres's log back from the archive that archive.sh fills, as the restore_command that restore.sh sets.
#
# Exit code 1 says that there is no such segment, which Postgres takes for the end of the log. What is there and cannot be
# read is not the end: above 125 Postgres stops, where it would otherwise go on with less than there is.
stop() { echo "fetch.sh: $*" >&2; exit 200; }
[ $# -eq 3 ] || stop "usage: fetch.sh ARCHIVE NAME PATH"
archive=$1 name=$2 path=$3
[ -d "$archive" ] || stop "$archive is not there"
[ -e "$archive/$name.gz" ] || exit 1
gunzip --stdout "$archive/$name.gz" >"$path" || stop "$archive/$name.gz cannot be read"
