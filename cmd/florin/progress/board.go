package progress

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"
)

const (
	// boardLines is how often a board says how things are where it cannot draw.
	boardLines = 10 * time.Second
	// boardBar is how wide its bars are.
	boardBar = 24
	// boardWidth is how wide a terminal is that does not say.
	boardWidth = 100
)

// Line is how one of several steps is that go on at once.
type Line struct {
	Name, Stage     string
	Position, Total int64
	// Rate is in things per second, ETA how long the rest takes; 0 where nobody knows.
	Rate int64
	ETA  time.Duration
	// Note is what there is to say besides.
	Note string
}

// Board shows several steps at once: a bar for each on a terminal, and a line for each every 10 s elsewhere.
type Board struct {
	out    io.Writer
	things string
	width  func() (int, bool) // of the terminal; false where there is none
	drawn  int
	said   time.Time
}

// NewBoard begins to show steps over things, such as events.
func NewBoard(out io.Writer, things string) *Board {
	b := &Board{out: out, things: things, width: func() (int, bool) { return 0, false }}
	if f, ok := out.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		b.width = func() (int, bool) {
			width, _, err := term.GetSize(int(f.Fd()))
			if err != nil || width <= 0 {
				width = boardWidth
			}
			return width, true
		}
	}
	return b
}

// Show draws how the steps are now, or says it if that is due.
func (b *Board) Show(now time.Time, lines []Line) {
	width, draws := b.width()
	if draws {
		b.draw(width, lines)
		return
	}
	if now.Sub(b.said) < boardLines {
		return
	}
	b.said = now
	for _, l := range lines {
		fmt.Fprintln(b.out, l.text(b.things, ""))
	}
}

// draw draws over what was drawn before.
func (b *Board) draw(width int, lines []Line) {
	var text strings.Builder
	if b.drawn > 0 {
		fmt.Fprintf(&text, "\x1b[%dA", b.drawn)
	}
	for _, l := range lines {
		row := []rune(l.text(b.things, l.bar()))
		fmt.Fprintf(&text, "\r\x1b[2K%s\n", string(row[:min(len(row), width-1)]))
	}
	b.drawn = len(lines)
	fmt.Fprint(b.out, text.String())
}

func (l *Line) share() int64 {
	if l.Total <= 0 {
		return 0
	}
	return min(100, 100*l.Position/l.Total)
}

func (l *Line) bar() string {
	full := int(l.share() * boardBar / 100)
	return "[" + strings.Repeat("#", full) + strings.Repeat(".", boardBar-full) + "] "
}

func (l *Line) text(things, bar string) string {
	text := fmt.Sprintf("%-12s %-8s %s%d/%d %s %d%%", l.Name, l.Stage, bar, l.Position, l.Total, things, l.share())
	if l.Rate > 0 {
		text += fmt.Sprintf(" %d/s", l.Rate)
	}
	if l.ETA > 0 {
		text += " ETA " + l.ETA.Round(time.Second).String()
	}
	if l.Note != "" {
		text += " " + l.Note
	}
	return text
}
