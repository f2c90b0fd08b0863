package localpg

import (
	"errors"
	"fmt"
)

var (
	// ErrRunning says that the folder's cluster is in use. The error that carries it is a
	// *RunningError, which knows by whom.
	ErrRunning = errors.New("localpg: a cluster is already running in this folder")

	// ErrNoBinaries says that no usable initdb and postgres are on this machine and none could be fetched.
	ErrNoBinaries = errors.New("localpg: no Postgres found")

	// ErrPortTaken says that something else listens on Config.Port.
	ErrPortTaken = errors.New("localpg: the port is taken")

	// ErrPasswordsLost says that a cluster is there but its pgpass file is not, or lacks a role.
	ErrPasswordsLost = errors.New("localpg: the cluster's password file is missing or incomplete")

	// ErrUnsafeHome says that the folder which the pointer names is not one that Florin may use:
	// gone, a link, somebody else's, or open to others.
	ErrUnsafeHome = errors.New("localpg: the cluster's folder cannot be trusted")
)

// RunningError is the error of a Start in a folder whose cluster runs. errors.Is(err, ErrRunning) holds.
type RunningError struct {
	Dir   string // Config.Dir, absolute
	Owner int    // process id of the owner; 0 where there is none any more
	PID   int    // process id of the server, from postmaster.pid; 0 while it is being started
	Port  int    // its TCP port; 0 while it is being started
}

// Error names the folder, the processes and the port.
func (e *RunningError) Error() string {
	return fmt.Sprintf("%v: %s (owner pid %d, server pid %d, port %d)", ErrRunning, e.Dir, e.Owner, e.PID, e.Port)
}

// Unwrap makes errors.Is(err, ErrRunning) true.
func (e *RunningError) Unwrap() error { return ErrRunning }
