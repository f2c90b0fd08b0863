package topology

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"syscall"
)

// watchdogScript reads which processes run, and what was mounted, until the pipe that only their owner holds has ended. Then
// it ends those that are left, takes what is mounted away from the folders, and removes the folder if it was told one.
// Postgres has a watchdog of its own, which may need a moment longer: so what it still has open is let go of lazily, and
// the folder removed twice.
const watchdogScript = `
while read -r word pid; do
	case $word in
	watch) pids="$pids $pid " ;;
	release) pids=$(echo "$pids" | sed "s/ $pid / /") ;;
	mount) mounts="$mounts$pid
" ;;
	esac
done
for pid in $pids; do kill -s CONT -- "-$pid"; kill -s TERM -- "-$pid"; done 2>/dev/null
tries=0
for pid in $pids; do
	while kill -0 "$pid" 2>/dev/null && [ "$tries" -lt 50 ]; do tries=$((tries + 1)); sleep 0.1; done
	kill -s KILL -- "-$pid" 2>/dev/null
done
printf '%s' "$mounts" | while read -r folder; do umount -l "$folder"; done 2>/dev/null
[ -n "$1" ] || exit 0
rm -rf -- "$1" || { sleep 2 && rm -rf -- "$1"; }
`

// watchdog ends what its owner has started, when the owner has ended.
type watchdog struct {
	mu    sync.Mutex
	pipe  *os.File
	shell *exec.Cmd
}

// startWatchdog sets one. It removes the folder at the end; none if that is empty.
func startWatchdog(folder string) (*watchdog, error) {
	read, write, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command("/bin/sh", "-c", watchdogScript, "florin-cluster-watchdog", folder) //nolint:noctx // it outlives every context
	cmd.Dir, cmd.Stdin = "/", read
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := errors.Join(cmd.Start(), read.Close()); err != nil {
		return nil, fmt.Errorf("watchdog: %w", errors.Join(err, write.Close()))
	}
	return &watchdog{pipe: write, shell: cmd}, nil
}

func (w *watchdog) watch(pid int)   { w.say("watch", pid) }
func (w *watchdog) release(pid int) { w.say("release", pid) }

// mount says that a folder has something mounted on it, or is about to. That it is gone again need not be said.
func (w *watchdog) mount(folder string) { w.say("mount", folder) }

// say writes a line. A watchdog that is gone has nothing left to guard: its owner is ending too.
func (w *watchdog) say(word string, what any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	_, _ = fmt.Fprintf(w.pipe, "%s %v\n", word, what)
}

// dismiss has it do its work now, and waits for it.
func (w *watchdog) dismiss() error {
	w.mu.Lock()
	err := w.pipe.Close()
	w.mu.Unlock()
	return errors.Join(err, w.shell.Wait())
}
