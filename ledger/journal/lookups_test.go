package journal_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger/journal"
)

// The second core of these tests is a relay race: "pass" takes the baton from I to I+1, through a
// gate that has to be open and that is looked up only by who has the baton.
type (
	pass   struct{ I int }
	open   struct{ Gate int }
	passed struct{ I int }
	opened struct{ Gate int }
	place  struct {
		Baton, Open bool
		Jammed      bool `json:"-"`
	}
)

var errNotOpen = journal.Refuse("not-open", "No baton, or no open gate.")

// MarshalJSON fails for a row of state that cannot be written.
func (p place) MarshalJSON() ([]byte, error) {
	if p.Jammed {
		return nil, errors.New("as asked")
	}
	type plain place
	return json.Marshal(plain(p))
}

func racingCore() *journal.Registry {
	r := journal.NewRegistry()
	batons, gates := journal.NewKind[place]("baton"), journal.NewKind[place]("gate")
	journal.Holds(r, batons)
	journal.Holds(r, gates)
	journal.Records[passed](r, "passed", 1, nil)
	journal.Records[opened](r, "opened", 1, nil)
	r.Refuses(errNotOpen)
	journal.Decides(r, "open", func(s *journal.Scope, c open) error {
		s.Emit(journal.Event{Stream: "race", Type: "opened", Schema: 1, Body: opened(c)})
		return nil
	})
	journal.Decides(r, "pass", func(s *journal.Scope, c pass) error {
		if p, _ := batons.Get(s, fmt.Sprint(c.I)); c.I > 0 && !p.Baton {
			return errNotOpen
		}
		if p, _ := gates.Get(s, fmt.Sprint(c.I)); !p.Open {
			return errNotOpen
		}
		s.Emit(journal.Event{Stream: "race", Type: "passed", Schema: 1, Body: passed(c)})
		return nil
	})
	r.Evolves(func(s *journal.Scope, e *journal.Event) {
		switch body := e.Body.(type) {
		case opened:
			gates.Put(s, fmt.Sprint(body.Gate), place{Open: true, Jammed: body.Gate < 0})
		case passed:
			batons.Put(s, fmt.Sprint(body.I+1), place{Baton: true})
		}
	})
	return r
}

func racing(kind string, body any) journal.Command {
	data, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	return journal.Command{ID: journal.NewCommandID(kind, string(data)), Type: kind, Data: data, Hash: commandHash, Actor: "test"}
}

// race runs a writer of the racing core.
func (e *engine) race(holder string) (stop func()) {
	e.t.Helper()
	w := journal.NewWriter(0, holder, racingCore(), e.store, e.stream, e.replies, e.water, journal.Config{Log: quiet()})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- w.Run(ctx) }()
	stop = sync.OnceFunc(func() { cancel(); require.NoError(e.t, <-done) })
	e.t.Cleanup(stop)
	return stop
}

func TestStateThatCannotBeWrittenIsItsCommandsFault(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	before, jammed, after := racing("open", open{1}), racing("open", open{-1}), racing("open", open{2})
	e.stream.send(before, jammed, after)
	e.race("a")
	require.Equal(t, journal.Done, e.answer(before.ID, 1).Outcome.Status)
	require.Equal(t, journal.Dead, e.answer(jammed.ID, 1).Outcome.Status)
	require.Equal(t, journal.Done, e.answer(after.ID, 1).Outcome.Status)
}

func TestLookUpsOfManyCommandsDoNotAddUpToAFault(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	stop := e.race("a")
	var gates, race []journal.Command
	for i := range 2 * journal.MaxPasses {
		gates, race = append(gates, racing("open", open{i})), append(race, racing("pass", pass{i}))
	}
	e.stream.send(gates...)
	for i := range 20 { // so that the next writer does not read the gates' delivery again
		e.stream.send(racing("open", open{1_000 + i}))
	}
	e.answer(racing("open", open{1_019}).ID, 1)
	stop()
	e.stream.send(race...)
	e.race("b") // has no state at hand: each command's look-up follows from the one before
	for i, c := range race {
		require.Equal(t, journal.Done, e.answer(c.ID, 1).Outcome.Status, "pass %d", i)
	}
}
