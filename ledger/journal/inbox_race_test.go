package journal_test

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger/journal"
)

func TestACommandThatReachesTheInboxAfterItsIdStaysThere(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	c := command("k", add{To: "x", N: 1})
	var first atomic.Bool
	e.store.setHook(func(_ *journal.Batch, write func() error) error {
		if first.CompareAndSwap(false, true) {
			// Its body was not there when it was looked for. It is now, and was promised to be done.
			if err := e.store.Put(t.Context(), 0, c); err != nil {
				return err
			}
		}
		return write()
	})
	e.stream.refer(c.ID)
	e.stream.send(command("other", add{To: "y", N: 1}))
	e.start("a", journal.Config{})
	e.answer(command("other", add{}).ID, 1)
	require.Eventually(t, func() bool {
		a, ok, waiting, err := e.store.Outcome(t.Context(), c.ID)
		return err == nil && ok && !waiting && a.Outcome.Status == journal.Done
	}, 10*time.Second, time.Millisecond)
	require.JSONEq(t, `{"sum":1}`, e.sum())
}
