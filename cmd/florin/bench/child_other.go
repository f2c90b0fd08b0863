//go:build !linux

package bench

import "syscall"

// child puts a process into a group of its own, so that Ctrl-C reaches this process alone, which then
// stops the other in order.
func child() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
