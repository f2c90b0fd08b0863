package journal_test

import (
	"context"
	"errors"
	"math"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger/journal"
)

// atTheEnd is for a reactor that has nothing to look at before it is first run.
func atTheEnd(context.Context) (int64, error) { return math.MaxInt64, nil }

// Many events are one step, and one that failed is made again whole.
func TestAPageReactorTakesManyAtOnce(t *testing.T) {
	t.Parallel()
	e, log := newEngine(t), newEventLog()
	e.start("a", journal.Config{})
	tail := journal.NewTail(0, e.store, log, quiet())
	background(t, tail.Run)
	var mu sync.Mutex
	var pages [][]int64
	failed := false
	page := func(_ context.Context, events []*journal.Event) (bool, error) {
		mu.Lock()
		defer mu.Unlock()
		var positions []int64
		for _, e := range events {
			positions = append(positions, e.Position)
		}
		if len(events) > 1 && !failed {
			failed = true
			return false, errors.New("the first time")
		}
		pages = append(pages, positions)
		return true, nil
	}
	advances := 0
	checkpoints := &watched{points: &points{at: map[string]int64{"webhooks": 0}}, asked: make(chan struct{}, 1), advance: func() { advances++ }}
	e.fill(0, 300)
	require.Eventually(t, func() bool { return tail.Last() == 300 }, 20*time.Second, time.Millisecond)
	background(t, journal.NewPageReactor("webhooks", tail, checkpoints, atTheEnd, every, page, quiet()).Run)
	require.Eventually(t, func() bool { at, _, _ := checkpoints.Checkpoint(t.Context(), "webhooks"); return at == 300 }, 20*time.Second, time.Millisecond)
	mu.Lock()
	defer mu.Unlock()
	require.True(t, failed)
	next := int64(1)
	for _, positions := range pages {
		for _, p := range positions {
			require.Equal(t, next, p, "in order, each once")
			next++
		}
	}
	require.Equal(t, int64(301), next)
	require.LessOrEqual(t, advances, 30)
}

// What there was nothing to do about is passed without a note for each page.
func TestAPageReactorNotesOnlyWhatItDid(t *testing.T) {
	t.Parallel()
	e, log := newEngine(t), newEventLog()
	e.start("a", journal.Config{})
	tail := journal.NewTail(0, e.store, log, quiet())
	background(t, tail.Run)
	advances := 0
	checkpoints := &watched{points: &points{at: map[string]int64{}}, asked: make(chan struct{}, 1), advance: func() { advances++ }}
	idle := func(context.Context, []*journal.Event) (bool, error) { return false, nil }
	background(t, journal.NewPageReactor("webhooks", tail, checkpoints, atTheEnd, every, idle, quiet()).Run)
	require.Eventually(t, func() bool { _, ok, _ := checkpoints.Checkpoint(t.Context(), "webhooks"); return ok }, 20*time.Second, time.Millisecond)
	for i := range 50 {
		e.fill(i*10, 10)
	}
	at := func() int64 { at, _, _ := checkpoints.Checkpoint(t.Context(), "webhooks"); return at }
	require.Eventually(t, func() bool { e.fill(int(tail.Last()), 1); return at() >= 500 }, 20*time.Second, 50*time.Millisecond)
	require.Less(t, advances, 10)
}
