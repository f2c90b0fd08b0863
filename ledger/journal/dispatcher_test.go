package journal_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger/journal"
)

// answering is a bus that gives one answer to everything.
type answering struct{ answer journal.Answer }

func (b *answering) Send(context.Context, journal.Shard, journal.Command, bool) (journal.Answer, error) {
	return b.answer, nil
}

func (b *answering) Hint(journal.Shard, journal.CommandID) {}

func TestADryRunIsNeverAnsweredWithOtherCommandsEvents(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	e.start("a", journal.Config{})
	e.fill(0, 3)
	c := command("k", add{To: "x", N: 1})
	c.DryRun = true
	// Its events did not fit the reply, and somebody else's stand where they would have.
	b := &answering{journal.Answer{Outcome: journal.Outcome{Command: c.ID, Hash: c.Hash, Status: journal.Done, First: 2, Count: 2}}}
	a, err := journal.NewDispatcher(0, b, e.store, e.store, time.Now).Do(t.Context(), c)
	require.NoError(t, err)
	require.Equal(t, 2, a.Outcome.Count)
	require.Empty(t, a.Events)
}

func TestALargeCommandThatTheInboxWasQuickerWithIsNoRepeat(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	c := command("k", add{To: "x", N: 1})
	for len(c.Data) <= journal.MaxInline {
		c.Data = append(c.Data, "                                "...)
	}
	// The writer found the body in the inbox before the id came by the bus.
	b := &answering{journal.Answer{Replayed: true, Outcome: journal.Outcome{Command: c.ID, Hash: c.Hash, Status: journal.Done, At: time.Now().Add(time.Second)}}}
	d := journal.NewDispatcher(0, b, e.store, e.store, time.Now)
	a, err := d.Do(t.Context(), c)
	require.NoError(t, err)
	require.False(t, a.Replayed)
	b.answer.Outcome.At = time.Now().Add(-time.Hour)
	a, err = d.Do(t.Context(), c)
	require.NoError(t, err)
	require.True(t, a.Replayed)
}

// stuck is a bus that takes commands and brings them to nobody.
type stuck struct{}

func (stuck) Send(ctx context.Context, _ journal.Shard, _ journal.Command, _ bool) (journal.Answer, error) {
	<-ctx.Done()
	return journal.Answer{}, ctx.Err()
}

func (stuck) Hint(journal.Shard, journal.CommandID) {}

// A bus may have stored a command, and have nobody to bring it to the writer: while JetStream elects, for ten seconds.
func TestACommandThatTheBusKeepsGoesByTheInbox(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := newEngine(t)
		e.start("a", journal.Config{})
		began := time.Now()
		d := journal.NewDispatcher(0, stuck{}, e.store, e.store, time.Now)
		a, err := d.Do(t.Context(), command("k", add{To: "x", N: 1}))
		require.NoError(t, err)
		require.Equal(t, journal.Done, a.Outcome.Status)
		require.Less(t, time.Since(began), journal.Patience/2)
		require.JSONEq(t, `{"sum":1}`, e.sum())
	})
}

// What has happened is recorded however late it is decided; a request is given up.
func TestWhatHasHappenedIsNeverTooLate(t *testing.T) {
	t.Parallel()
	for name, away := range map[string]bool{"by the bus": false, "by the inbox alone": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := newEngine(t)
			e.start("a", journal.Config{})
			late := func() time.Time { return time.Now().Add(-time.Hour) } // as if it had been under way for so long
			d := journal.NewDispatcher(0, &bus{e: e, away: away}, e.store, e.store, late)
			a, err := d.Do(t.Context(), command("request", add{To: "x", N: 1}))
			require.NoError(t, err)
			require.ErrorIs(t, a.Outcome.Refusal, journal.ErrExpired)

			fact := command("fact", add{To: "x", N: 1})
			fact.Deadline = late() // it has none, whatever its maker thought
			a, err = d.Record(t.Context(), fact)
			require.NoError(t, err)
			require.Equal(t, journal.Done, a.Outcome.Status)
			require.Len(t, a.Events, 1)
			d = journal.NewDispatcher(0, &bus{e: e, away: away}, e.store, e.store, time.Now)
			again, err := d.Record(t.Context(), fact)
			require.NoError(t, err)
			require.True(t, again.Replayed)
			require.JSONEq(t, `{"sum":1}`, e.sum())
		})
	}
}
