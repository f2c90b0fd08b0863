package main

import (
	"fmt"
	"io"
	"os"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// progress shows how far a long step has come: a bar on a terminal, a plain line elsewhere.
type progress struct{ bar *progressbar.ProgressBar }

// newProgress begins a step that has total things to do, -1 for nobody knows.
func newProgress(out io.Writer, step, things string, total int64) *progress {
	f, ok := out.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		if total < 0 {
			fmt.Fprintf(out, "%s\n", step)
		} else {
			fmt.Fprintf(out, "%s %d %s\n", step, total, things)
		}
		return &progress{}
	}
	return &progress{bar: progressbar.NewOptions64(total, progressbar.OptionSetWriter(out),
		progressbar.OptionSetDescription(step), progressbar.OptionShowCount(), progressbar.OptionShowIts(),
		progressbar.OptionSetItsString(things), progressbar.OptionFullWidth(), progressbar.OptionClearOnFinish(),
		progressbar.OptionThrottle(progressEvery))}
}

func (p *progress) add(n int) {
	if p.bar != nil {
		_ = p.bar.Add(n) // a bar that cannot be drawn is no reason to stop
	}
}

// reader counts what is read from in.
func (p *progress) reader(in io.Reader) io.Reader {
	if p.bar == nil {
		return in
	}
	r := progressbar.NewReader(in, p.bar)
	return &r
}

func (p *progress) finish() {
	if p.bar != nil {
		_ = p.bar.Finish()
	}
}
