# Arguments: <signal> <postmaster.pid> [<folder to remove> ...]
#
# Standard input is a pipe whose other end only the owner of the cluster holds, so it ends when the
# owner does. Until then its lines say which process to stop: "watch <pid>", or "release" for none.
signal=$1 pidfile=$2
shift 2

pid=
while read -r word value; do
	case $word in
	watch) pid=$value ;;
	release) pid= ;;
	esac
done

if [ -n "$pid" ] && kill -s "$signal" "$pid" 2>/dev/null; then
	# Postgres removes postmaster.pid last of all. The process may stay on as a zombie
	# where nobody reaps orphans, as in many containers, so the file is watched as well.
	tries=0
	while [ -e "$pidfile" ] && kill -0 "$pid" 2>/dev/null; do
		tries=$((tries + 1))
		if [ "$tries" -eq 100 ]; then kill -s QUIT "$pid"; fi
		if [ "$tries" -eq 150 ]; then kill -s KILL "$pid"; fi
		if [ "$tries" -eq 200 ]; then break; fi
		sleep 0.1
	done
fi

# Twice, because a child that was told to stop may still have written between listing and removal.
for folder in "$@"; do
	rm -rf -- "$folder" || { sleep 1 && rm -rf -- "$folder"; }
done
