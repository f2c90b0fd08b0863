package journal

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

// runOf returns events at positions from first to last, each with so many bytes of data.
func runOf(first, last int64, bytes int) (events []*Event) {
	for p := first; p <= last; p++ {
		events = append(events, &Event{Position: p, Data: make(json.RawMessage, bytes)})
	}
	return events
}

func positionsOf(events []Event) (positions []int64) {
	for i := range events {
		positions = append(positions, events[i].Position)
	}
	return positions
}

func TestRecentHasWhatFollowsWithoutGaps(t *testing.T) {
	t.Parallel()
	r := NewRecent()
	require.Empty(t, r.after(1, 0, 10))
	r.add(1, runOf(5, 7, 0))
	r.add(1, nil) // a commit of refusals
	r.add(1, runOf(8, 9, 0))
	require.Equal(t, []int64{5, 6, 7, 8, 9}, positionsOf(r.after(1, 4, 10)))
	require.Equal(t, []int64{7, 8}, positionsOf(r.after(1, 6, 2)))
	require.Empty(t, r.after(1, 9, 10), "nothing follows the last")
	require.Empty(t, r.after(1, 3, 10), "4 is not kept, and nothing may be passed over")
	require.Empty(t, r.after(1, 10, 10))
	require.Empty(t, r.after(2, 6, 10), "another timeline")
}

func TestRecentBeginsAnewAfterAGapAndOnAnotherTimeline(t *testing.T) {
	t.Parallel()
	r := NewRecent()
	r.add(1, runOf(1, 3, 0))
	r.add(1, runOf(5, 6, 0)) // 4 was another process's
	require.Empty(t, r.after(1, 0, 10))
	require.Equal(t, []int64{5, 6}, positionsOf(r.after(1, 4, 10)))
	r.add(2, runOf(7, 7, 0))
	require.Empty(t, r.after(1, 4, 10))
	require.Equal(t, []int64{7}, positionsOf(r.after(2, 6, 10)))
}

func TestRecentIsBounded(t *testing.T) {
	t.Parallel()
	for name, data := range map[string]int{"by events": 0, "by bytes": 64 << 10} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := NewRecent()
			for p := int64(1); p <= 2*recentKept; p++ {
				r.add(1, runOf(p, p, data))
				require.LessOrEqual(t, len(r.events), recentKept)
				require.LessOrEqual(t, r.bytes, recentBytes)
				require.Equal(t, []int64{p}, positionsOf(r.after(1, p-1, 10)), "the newest is there")
			}
			require.Equal(t, size(r.events), r.bytes)
		})
	}
}
