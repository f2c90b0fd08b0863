package bench

import "syscall"

// child puts a process into a group of its own, so that Ctrl-C reaches this process alone, which then
// stops the other in order; should this one be killed, the kernel ends the other.
func child() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
}
