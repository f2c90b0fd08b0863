package journal_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger/journal"
)

func TestBadDataInFlightHarmsNothingThatIsDecidedOnTopOfIt(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	gate, entered := make(chan struct{}), make(chan struct{}, 64)
	e.store.setHook(func(_ *journal.Batch, write func() error) error {
		entered <- struct{}{}
		<-gate
		return write()
	})
	bad, good := command("bad", add{To: "x", N: 90, Poison: true}), command("good", add{To: "x", N: 5})
	waits, other := command("waits", add{To: "x", N: 1}), good
	other.Hash = [16]byte{2}
	e.stream.send(command("first", add{To: "x", N: 1}))
	e.start("a", journal.Config{})
	<-entered
	e.stream.send(bad, good, other) // other borrows the key of good, in the very batch
	gate <- struct{}{}
	<-entered // bad is in flight, and will fail
	require.NoError(t, e.store.Put(t.Context(), 0, waits))
	fits := command("fits", add{To: "x", N: 60}) // only without bad
	e.stream.send(bad, fits, good)
	e.stream.refer(waits.ID) // and by the poll, at about the same time
	close(gate)
	require.Equal(t, journal.Dead, e.answer(bad.ID, 2).Outcome.Status, "its twin too")
	require.Equal(t, journal.Done, e.answer(fits.ID, 1).Outcome.Status)
	require.Equal(t, journal.Done, e.answer(waits.ID, 1).Outcome.Status)
	require.True(t, e.answer(good.ID, 3).Replayed)
	refused := 0
	for _, a := range e.replies.of(good.ID) {
		if a.Outcome.Status == journal.Refused {
			require.ErrorIs(t, a.Outcome.Refusal, journal.ErrKeyReused)
			refused++
		}
	}
	require.Equal(t, 1, refused)
	require.JSONEq(t, `{"sum":67}`, e.sum())
	require.Len(t, e.events(), 4)
	require.Len(t, e.store.Dead(), 1)
	_, _, waiting, err := e.store.Outcome(t.Context(), waits.ID)
	require.NoError(t, err)
	require.False(t, waiting)
	async := command("async", add{To: "x", N: 1})
	require.NoError(t, e.store.Put(t.Context(), 0, async))
	require.Eventually(t, func() bool {
		_, ok, _, err := e.store.Outcome(t.Context(), async.ID)
		return err == nil && ok
	}, 10*time.Second, time.Millisecond, "the inbox is still looked at")
}

func TestDeliveriesThatRecordNothingMoveTheMark(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	w := e.start("a", journal.Config{})
	for range 3 {
		dry := command("dry", add{To: "x", N: 1})
		dry.DryRun = true
		e.do(dry)
		e.do(command("odd", add{Odd: true}))
	}
	require.Equal(t, uint64(6), w.Status().Head.Mark.Seq)
	head, err := e.store.Head(t.Context(), 0)
	require.NoError(t, err)
	require.Equal(t, uint64(0), head.Mark.Seq, "for this alone there is no commit")
	e.do(command("k", add{To: "x", N: 1}))
	head, err = e.store.Head(t.Context(), 0)
	require.NoError(t, err)
	require.Equal(t, uint64(7), head.Mark.Seq)
}
