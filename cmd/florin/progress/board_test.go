package progress

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestABoardSaysHowThingsAre(t *testing.T) {
	t.Parallel()
	lines := []Line{
		{Name: "accounts", Stage: "load", Position: 500_000, Total: 2_000_000, Rate: 50_000, ETA: 30 * time.Second},
		{Name: "entries", Stage: "asked"},
	}
	var out bytes.Buffer
	now := time.Now()
	b := NewBoard(&out, "events")
	b.Show(now, lines)
	said := "accounts     load     500000/2000000 events 25% 50000/s ETA 30s\nentries      asked    0/0 events 0%\n"
	require.Equal(t, said, out.String())
	b.Show(now.Add(9*time.Second), lines)
	require.Equal(t, said, out.String(), "a line every 10 s")
	b.Show(now.Add(10*time.Second), lines)
	require.Equal(t, said+said, out.String())

	out.Reset()
	b.width = func() (int, bool) { return 40, true }
	b.Show(now, lines)
	b.Show(now, lines)
	require.Equal(t, "\r\x1b[2Kaccounts     load     [######..........\n\r\x1b[2Kentries      asked    [................\n"+
		"\x1b[2A\r\x1b[2Kaccounts     load     [######..........\n\r\x1b[2Kentries      asked    [................\n", out.String())
}
