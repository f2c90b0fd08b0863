package handling

import (
	"context"
	"fmt"
	"slices"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/request"
	"github.com/florinledger/florin/ledger/journal"
)

// Only returns the one event of an answer, decoded.
func Only[B any](registry *journal.Registry, a journal.Answer) (e *journal.Event, body B, err error) {
	if len(a.Events) != 1 {
		return nil, body, fmt.Errorf("command %s, a %s, has %d events", a.Outcome.Command, a.Outcome.Type, len(a.Events))
	}
	e = &a.Events[0]
	if err := registry.Decode(e); err != nil {
		return nil, body, err
	}
	body, ok := e.Body.(B)
	if !ok {
		return nil, body, fmt.Errorf("event %d of command %s is a %s", e.Position, a.Outcome.Command, e.Type)
	}
	return e, body, nil
}

// Fetch reads the events of an outcome that came without them.
func (h *Base) Fetch(ctx context.Context, a *journal.Answer) error {
	if len(a.Events) == a.Outcome.Count {
		return nil
	}
	positions := make([]int64, a.Outcome.Count)
	for i := range positions {
		positions[i] = a.Outcome.First + int64(i)
	}
	events, err := h.Journal.EventsAt(ctx, MainShard, positions)
	if err != nil {
		return request.Unavailable(err)
	}
	if len(events) != len(positions) {
		return fmt.Errorf("command %s has %d events, and %d are in the journal", a.Outcome.Command, len(positions), len(events))
	}
	slices.SortFunc(events, func(x, y journal.Event) int { return int(x.Position - y.Position) })
	a.Events = events
	return nil
}

// TransactionOf shows the transaction that a command made. It is the last: before it, holds that were due
// may have expired.
func (h *Base) TransactionOf(a journal.Answer) (api.Transaction, error) {
	if len(a.Events) == 0 {
		return api.Transaction{}, fmt.Errorf("command %s, a %s, has no events", a.Outcome.Command, a.Outcome.Type)
	}
	return h.Transaction(&a.Events[len(a.Events)-1], "")
}

// NotInJournal is a fault: a projection names what is not there.
func NotInJournal(position int64) error {
	return fmt.Errorf("transaction at %d is not in the journal", position)
}
