package localpg

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

const lockFile = "lock"

// acquire takes the folder for this process until the returned file is closed or the process ends.
//
// A lock of the kernel rather than a file that says "taken", because it cannot outlive its holder.
// The holder's process id is written inside, for the error of the next one who comes.
func acquire(dir string) (*os.File, error) {
	path := filepath.Join(dir, lockFile)
	lock, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("localpg: %w", err)
	}
	err = syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		written, _ := io.ReadAll(lock) // a detail of the error to come: unreadable counts as unknown
		owner, _ := strconv.Atoi(strings.TrimSpace(string(written)))
		running := &RunningError{Dir: dir, Owner: owner}
		return nil, errors.Join(running, lock.Close())
	}
	if err == nil {
		err = lock.Truncate(0)
	}
	if err == nil {
		_, err = lock.WriteString(strconv.Itoa(os.Getpid()) + "\n")
	}
	if err != nil {
		return nil, fmt.Errorf("localpg: lock %s: %w", path, errors.Join(err, lock.Close()))
	}
	return lock, nil
}
