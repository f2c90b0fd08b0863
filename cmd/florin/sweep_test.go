package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet"
	"github.com/florinledger/florin/wallet/query"
)

// dueList is a read model and a writer of holds that are due.
type dueList struct {
	due    []query.Due
	answer func() (journal.Answer, error)

	expired int

	mu    sync.Mutex
	asked []string // the holds, and how many commands there were by name
	names map[journal.CommandID]int
}

func newDueList(n int) (*dueList, *sweep) {
	l := &dueList{names: map[journal.CommandID]int{}}
	for i := range n {
		l.due = append(l.due, query.Due{HoldID: fmt.Sprintf("hld_%06d", i), WalletID: fmt.Sprintf("wal_%06d", i), ExpiresAt: time.Unix(int64(i), 0).UTC()})
	}
	x := newExpiries(l.page, l.done, l.do, slog.New(slog.DiscardHandler))
	x.asked = map[string]asked{}
	return l, x
}

func (l *dueList) page(_ context.Context, after string, limit int) (page []query.Due, _ error) {
	for _, d := range l.due {
		if d.WalletID > after && len(page) < limit {
			page = append(page, d)
		}
	}
	return page, nil
}

// done counts what has expired: commands end at once.
func (l *dueList) done(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.expired += n
}

func (l *dueList) do(_ context.Context, c journal.Command) (journal.Answer, error) {
	var body wallet.ExpireHolds
	if err := json.Unmarshal(c.Data, &body); err != nil || c.Type != wallet.CommandExpireHolds || c.Hash == [16]byte{} {
		return journal.Answer{}, fmt.Errorf("%s %s: %w", c.Type, c.Data, err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asked = append(l.asked, body.HoldIDs...)
	l.names[c.ID]++
	return l.answer()
}

// done answers that all expired but some.
func done(left ...string) func() (journal.Answer, error) {
	return func() (a journal.Answer, err error) {
		a.Outcome.Status = journal.Done
		if len(left) > 0 {
			a.Outcome.Result, err = json.Marshal(wallet.HoldsLeft{Left: left})
		}
		return a, err
	}
}

// Everything that is due is asked for once, in few commands, however often it is seen before the read
// model has heard of the answers.
func TestSweepAsksOnce(t *testing.T) {
	t.Parallel()
	l, x := newDueList(2*duePage + 1)
	l.answer = done()
	require.NoError(t, x.sweep(t.Context()))
	require.NoError(t, x.sweep(t.Context()))
	slices.Sort(l.asked)
	var want []string
	for _, d := range l.due {
		want = append(want, d.HoldID)
	}
	require.Equal(t, want, l.asked)
	require.Len(t, l.names, 2*duePage/expiryTogether+1)
	l.due = l.due[:1]
	require.NoError(t, x.sweep(t.Context()))
	assert.Len(t, x.asked, 1, "what is over is forgotten")
}

func TestSweepAsksAgain(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		answer func() (journal.Answer, error)
		// asked is what three sweeps ask for, in how many commands.
		asked []string
		names int
	}{
		{"all of them early", func() (a journal.Answer, _ error) {
			a.Outcome.Status, a.Outcome.Refusal = journal.Refused, wallet.ErrHoldNotDue
			return a, nil
		}, []string{"hld_000000", "hld_000001", "hld_000000", "hld_000001", "hld_000000", "hld_000001"}, 3},
		{"one early", done("hld_000001"), []string{"hld_000000", "hld_000001", "hld_000001", "hld_000001"}, 3},
		{"dead", func() (a journal.Answer, _ error) {
			a.Outcome.Status = journal.Dead
			return a, nil
		}, []string{"hld_000000", "hld_000001", "hld_000000", "hld_000001"}, 3}, // together, and each by itself
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			l, x := newDueList(2)
			l.answer = c.answer
			for range 3 {
				require.NoError(t, x.sweep(t.Context()))
			}
			assert.Equal(t, c.asked, l.asked)
			assert.Len(t, l.names, c.names)
		})
	}
}

// Without an answer the same is asked under the same name, also by who takes over. A fault ends the sweep.
func TestSweepWithoutAnswer(t *testing.T) {
	t.Parallel()
	l, x := newDueList(2)
	l.answer = func() (journal.Answer, error) { return journal.Answer{}, journal.ErrOutcomeUnknown }
	require.NoError(t, x.sweep(t.Context()))
	x.asked = map[string]asked{}
	require.NoError(t, x.sweep(t.Context()))
	require.Len(t, l.names, 1)
	l.answer = done()
	require.NoError(t, x.sweep(t.Context()))
	require.Len(t, l.names, 1)
	x.asked["hld_000000 1970-01-01T00:00:00Z"] = asked{until: time.Now()} // time passes, and the read model does not have it
	require.NoError(t, x.sweep(t.Context()))
	require.Len(t, l.names, 2)
	x.asked = map[string]asked{}
	away := errors.New("away")
	l.answer = func() (journal.Answer, error) { return journal.Answer{}, away }
	require.ErrorIs(t, x.sweep(t.Context()), away)
}

// What has an answer and is due all the same, as where its command is a dead letter, is asked for less and less often.
func TestWhatStaysDueIsAskedForLessOften(t *testing.T) {
	t.Parallel()
	now := time.Now()
	var pauses []time.Duration
	for a := (asked{attempt: 3}).again(now); len(pauses) < 8; a = a.again(now) {
		require.Equal(t, 3, a.attempt, "it is the same question")
		pauses = append(pauses, a.until.Sub(now))
	}
	s := time.Second
	require.Equal(t, []time.Duration{10 * s, 20 * s, 40 * s, 80 * s, 160 * s, 320 * s, 600 * s, 600 * s}, pauses)
}
