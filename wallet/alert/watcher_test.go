package alert_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet/alert"
)

// answering is a writer that gives one answer, and keeps what it was asked.
type answering struct {
	asked  []journal.Command
	status journal.Status
	err    error
}

func (a *answering) Record(_ context.Context, c journal.Command) (journal.Answer, error) {
	a.asked = append(a.asked, c)
	return journal.Answer{Outcome: journal.Outcome{Status: a.status}}, a.err
}

// away is where alerts cannot be read.
type away struct{ error }

func (a away) Alerts(context.Context, string, int) ([]alert.OfWallet, error) { return nil, a.error }

func TestWatcherAsks(t *testing.T) {
	t.Parallel()
	b := open(t, false)
	w := &writer{book: b}
	ann := b.wallet("ann", "100")
	b.alert(below(ann, "50"))
	e := *b.debit(ann, "60")
	e.Trace, e.Command = "00-trace", journal.NewCommandID("ann", "pays")
	registry := journal.NewRegistry()
	for _, f := range cores() {
		f(registry)
	}
	var log bytes.Buffer
	react := func(into *answering) error {
		watch := alert.NewWatcher(registry, w, into, slog.New(slog.NewTextHandler(&log, nil))).Watch()
		since, err := watch.Begin(t.Context())
		require.NoError(t, err)
		require.Equal(t, e.Position-1, since, "the alert was made just before")
		require.True(t, watch.Wants(&e))
		return watch.Effect(t.Context(), &e, func(int) string { return "alerts/evt_1/0" })
	}
	done := &answering{status: journal.Done}
	require.NoError(t, react(done))
	require.NoError(t, react(done))
	require.Len(t, done.asked, 2)
	assert.Equal(t, done.asked[0], done.asked[1], "the same command")
	c := done.asked[0]
	assert.JSONEq(t, `{"transaction_id":"`+e.TransactionID()+`"}`, string(c.Data))
	assert.Equal(t, []any{alert.CommandFireAlerts, e.Trace, e.Command, journal.NewCommandID(c.Actor, "alerts/evt_1/0")}, []any{c.Type, c.Trace, c.Correlation, c.ID})
	assert.NotZero(t, c.Hash)

	broken := errors.New("nobody leads")
	require.ErrorIs(t, react(&answering{err: broken}), broken, "it is tried again")
	require.Empty(t, log.String())
	require.NoError(t, react(&answering{status: journal.Dead}), "it would end in the same way for ever")
	require.Contains(t, log.String(), "alerts do not fire")

	_, err := alert.NewWatcher(registry, away{broken}, done, slog.New(slog.DiscardHandler)).Watch().Begin(t.Context())
	require.ErrorIs(t, err, broken)
}
