// Package progress shows how far a long step of a command has come.
package progress

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// every is how often a bar is drawn.
const every = 100 * time.Millisecond

// Bar is a bar on a terminal, and a plain line elsewhere.
type Bar struct{ bar *progressbar.ProgressBar }

// New begins a step that has total things to do, -1 for nobody knows.
func New(out io.Writer, step, things string, total int64) *Bar {
	f, ok := out.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		if total < 0 {
			fmt.Fprintf(out, "%s\n", step)
		} else {
			fmt.Fprintf(out, "%s %d %s\n", step, total, things)
		}
		return &Bar{}
	}
	return &Bar{bar: progressbar.NewOptions64(total, progressbar.OptionSetWriter(out),
		progressbar.OptionSetDescription(step), progressbar.OptionShowCount(), progressbar.OptionShowIts(),
		progressbar.OptionSetItsString(things), progressbar.OptionFullWidth(), progressbar.OptionClearOnFinish(),
		progressbar.OptionThrottle(every))}
}

// Add counts n things as done.
func (b *Bar) Add(n int) {
	if b.bar != nil {
		_ = b.bar.Add(n) // a bar that cannot be drawn is no reason to stop
	}
}

// Reader counts what is read from in.
func (b *Bar) Reader(in io.Reader) io.Reader {
	if b.bar == nil {
		return in
	}
	r := progressbar.NewReader(in, b.bar)
	return &r
}

// Finish ends the step.
func (b *Bar) Finish() {
	if b.bar != nil {
		_ = b.bar.Finish()
	}
}
