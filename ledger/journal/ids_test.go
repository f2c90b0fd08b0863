package journal_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/memory"
	"github.com/florinledger/florin/ledger/journal"
)

// A thing that is named after the fact that makes it has a row of state under a name that holds the
// time. Deciding in passes must come to an end for it however slowly the store answers: the clock of
// this writer moves by a millisecond whenever it is read.
func TestIDsStandStillWhileACommandIsDecidedAgain(t *testing.T) {
	t.Parallel()
	type opened struct {
		ID string `json:"id"`
	}
	things := journal.NewKind[opened]("thing")
	r := journal.NewRegistry()
	journal.Holds(r, things)
	journal.Records[opened](r, "opened", 1, nil)
	journal.Decides(r, "open", func(s *journal.Scope, _ struct{}) error {
		s.Emit(journal.Event{Stream: "things", Type: "opened", Schema: 1, Body: opened{s.NextID().Format("thg")}})
		return nil
	})
	r.Evolves(func(s *journal.Scope, e *journal.Event) {
		if body, ok := e.Body.(opened); ok {
			things.Put(s, body.ID, body)
		}
	})
	var reads atomic.Int64
	begun := time.Now()
	now := func() time.Time { return begun.Add(time.Duration(reads.Add(1)) * time.Millisecond) }
	source, answers := newStream(), &replies{}
	w := journal.NewWriter(0, "a", r, memory.NewStore(memory.Config{}), source, answers, &water{},
		journal.Config{Now: now, Log: slog.New(slog.DiscardHandler)})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- w.Run(ctx) }()
	t.Cleanup(func() { cancel(); require.NoError(t, <-done) })
	c := journal.Command{ID: journal.NewCommandID("test", "k"), Type: "open", Data: json.RawMessage(`{}`), Hash: commandHash, Actor: "test"}
	source.send(c)
	require.Eventually(t, func() bool { return len(answers.of(c.ID)) == 1 }, 20*time.Second, time.Millisecond)
	a := answers.of(c.ID)[0]
	require.Equal(t, journal.Done, a.Outcome.Status)
	require.Len(t, a.Events, 1)
	require.Equal(t, a.Events[0].ID().Format("thg"), a.Events[0].Body.(opened).ID)
}
