package bench

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// tick is the unit in which Linux counts processor time for its users (USER_HZ).
const tick = time.Second / 100

// procStat is what /proc/<pid>/stat says of a process.
type procStat struct {
	name     string
	parent   int
	own      time.Duration // user and system
	children time.Duration // of those that have ended and were waited for
}

// readStat reads it; an error where there is no such process, or no /proc.
// Source: proc(5); the name is in brackets and may hold brackets and spaces itself.
func readStat(pid int) (procStat, error) {
	data, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return procStat{}, err
	}
	opened, closed := bytes.IndexByte(data, '('), bytes.LastIndexByte(data, ')')
	if opened < 0 || closed < opened {
		return procStat{}, fmt.Errorf("/proc/%d/stat: not understood", pid)
	}
	fields := strings.Fields(string(data[closed+1:])) // from the third on: state, parent, …
	if len(fields) < 15 {
		return procStat{}, fmt.Errorf("/proc/%d/stat: not understood", pid)
	}
	number := func(field int) int64 { // by its number in proc(5)
		n, _ := strconv.ParseInt(fields[field-3], 10, 64) // the kernel writes numbers
		return n
	}
	return procStat{
		name: string(data[opened+1 : closed]), parent: int(number(4)),
		own: time.Duration(number(14)+number(15)) * tick, children: time.Duration(number(16)+number(17)) * tick,
	}, nil
}

// postmasterOf returns the process that started a backend, when both run on this machine.
func postmasterOf(backend int) (int, error) {
	stat, err := readStat(backend)
	if err != nil {
		return 0, err
	}
	parent, err := readStat(stat.parent)
	if err != nil {
		return 0, err
	}
	if !strings.HasPrefix(parent.name, "postgres") {
		return 0, fmt.Errorf("process %d is not of Postgres", stat.parent)
	}
	return stat.parent, nil
}

// treeCPU is the processor time of a process and of all that it started: those that live, and those
// that have ended.
func treeCPU(root int) (time.Duration, error) {
	stat, err := readStat(root)
	if err != nil {
		return 0, err
	}
	sum := stat.own + stat.children
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return 0, err
	}
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue
		}
		if child, err := readStat(pid); err == nil && child.parent == root {
			sum += child.own + child.children
		}
	}
	return sum, nil
}

// selfCPU is the processor time of this process.
func selfCPU() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0 // the call fails only for a wrong argument
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// machineCPU is the processor time of everything on this machine since it started, with what its host
// took away from it. An error where there is no /proc.
// Source: proc(5): cpu user nice system idle iowait irq softirq steal …
func machineCPU() (time.Duration, error) {
	data, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, err
	}
	line, _, _ := strings.Cut(string(data), "\n")
	fields := strings.Fields(line)
	if len(fields) < 9 || fields[0] != "cpu" {
		return 0, fmt.Errorf("/proc/stat: not understood: %q", line)
	}
	var busy int64
	for i, field := range fields[1:9] {
		if i == 3 || i == 4 { // idle, and idle while a disk works
			continue
		}
		n, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			return 0, fmt.Errorf("/proc/stat: %w", err)
		}
		busy += n
	}
	return time.Duration(busy) * tick, nil
}
