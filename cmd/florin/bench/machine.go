package bench

import (
	"context"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// Machine is what the tool runs on; the service too, unless it is elsewhere.
type Machine struct {
	CPU         string `json:"cpu"`
	Cores       int    `json:"cores"`
	MemoryBytes int64  `json:"memory_bytes"`
	Kernel      string `json:"kernel"`
	System      string `json:"system"`
}

// Surroundings are what a figure is worth nothing without.
type Surroundings struct {
	Machine  Machine   `json:"machine"`
	Florin   string    `json:"florin"`
	Go       string    `json:"go"`
	NATS     string    `json:"nats"`
	Postgres string    `json:"postgres"`
	Settings []Setting `json:"postgres_settings"`
	Local    bool      `json:"local"`
	Ledger   string    `json:"ledger"`
	Accounts int       `json:"accounts"`
	// SyncSeconds is how long it takes to have a page on the disk that the service's Postgres writes to;
	// null where that is not known.
	SyncSeconds *float64 `json:"sync_seconds"`
	Page        int      `json:"page,omitempty"`
}

const unknown = "unknown"

// readMachine reads what /proc says; what it does not say is unknown.
func readMachine() Machine {
	m := Machine{CPU: unknown, Cores: runtime.NumCPU(), Kernel: unknown, System: runtime.GOOS + "/" + runtime.GOARCH}
	if kernel, err := os.ReadFile("/proc/sys/kernel/osrelease"); err == nil {
		m.Kernel = strings.TrimSpace(string(kernel))
	}
	if model := procField("/proc/cpuinfo", "model name"); model != "" {
		m.CPU = model
	}
	if total, _, ok := strings.Cut(procField("/proc/meminfo", "MemTotal"), " kB"); ok {
		kilobytes, _ := strconv.ParseInt(total, 10, 64) // the kernel writes a number
		m.MemoryBytes = kilobytes << 10
	}
	return m
}

// procField returns the first value of a "name : value" line, "" without one.
func procField(file, name string) string {
	data, err := os.ReadFile(file)
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(data)) {
		key, value, ok := strings.Cut(line, ":")
		if ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// syncs is how often it is tried how long a write to disk takes, each time a page of WAL.
const (
	syncs    = 50
	syncPage = 8 << 10
)

// syncTime is the median of what a write takes until it is on the disk of a folder, in seconds.
func syncTime(dir string) (float64, error) {
	f, err := os.CreateTemp(dir, "sync-")
	if err != nil {
		return 0, err
	}
	defer os.Remove(f.Name()) //nolint:errcheck // its folder is removed too
	defer f.Close()           //nolint:errcheck // it is removed
	var took []float64
	for range syncs {
		began := time.Now()
		if _, err := f.Write(make([]byte, syncPage)); err != nil {
			return 0, err
		}
		if err := f.Sync(); err != nil {
			return 0, err
		}
		took = append(took, time.Since(began).Seconds())
	}
	return median(took), nil
}

// Describe adds machine, versions and settings to a report. florin and nats are the versions of a service
// that this binary started; of another one they are not told.
func (b *Bench) Describe(ctx context.Context, report *Report, florin, nats string) error {
	s := &report.Surroundings
	s.Machine, s.Florin, s.NATS, s.Go, s.Postgres = readMachine(), florin, nats, unknown, unknown
	s.Local, s.Ledger, s.Accounts, s.Page = b.target.Local(), b.target.Ledger, b.config.Accounts, b.config.Page
	if b.observer.admin != "" {
		r, err := readService(ctx, b.observer.admin)
		if err != nil {
			return err
		}
		s.Go = r.goVer
	}
	var err error
	if b.observer.db != nil {
		s.Postgres, s.Settings, err = b.observer.db.settings(ctx)
	}
	return err
}
