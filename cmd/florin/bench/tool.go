package bench

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

// Tool runs florin with arguments against the database of the service that is measured, as an operator would, and
// says what that took.
type Tool func(ctx context.Context, args ...string) (Spent, error)

// Spent is what a process took from its start to its end.
type Spent struct {
	Wall, CPU time.Duration
	// PeakBytes is the most memory that it had; 0 where the system does not say.
	PeakBytes int64
}

// NewTool returns the binary florin, as a process of its own for each call.
func NewTool(self, database string) Tool {
	return func(ctx context.Context, args ...string) (spent Spent, err error) {
		cmd := exec.CommandContext(ctx, self, args...) //nolint:gosec // of ours
		cmd.Env = append(os.Environ(), "DATABASE_URL="+database)
		begun := time.Now()
		if out, err := cmd.CombinedOutput(); err != nil {
			return spent, fmt.Errorf("%w\n%s", err, out)
		}
		spent = Spent{Wall: time.Since(begun), CPU: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}
		if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok && runtime.GOOS == "linux" {
			spent.PeakBytes = usage.Maxrss << 10 // getrusage(2): kilobytes
		}
		return spent, nil
	}
}
