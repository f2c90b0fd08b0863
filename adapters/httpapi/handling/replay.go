package handling

import (
	"context"

	"github.com/florinledger/florin/adapters/httpapi/request"
	"github.com/florinledger/florin/ledger/journal"
)

// Replayed gives the answer that the same request was given before under its key; told is false when it was
// not.
func (h *Base) Replayed(ctx context.Context, o Order) (told bool, err error) {
	_, told, err = h.Replay(ctx, o)
	return told, err
}

// Replay is Replayed, with what became of the request then. Errors: a *request.Problem, for a refusal of then too.
func (h *Base) Replay(ctx context.Context, o Order) (a journal.Answer, told bool, err error) {
	if o.Key == "" {
		return a, false, nil
	}
	cl := request.CallOf(ctx)
	var c journal.Command
	if c.ID, c.Hash, err = h.nameOf(cl, o.Key); err != nil {
		return a, false, err
	}
	a, told, _, err = h.Outcomes.Outcome(ctx, c.ID)
	switch {
	case err != nil:
		return a, false, request.Unavailable(err)
	case !told:
		return a, false, nil
	}
	if a.Outcome.Hash != c.Hash {
		return a, true, request.ProblemOf(journal.ErrKeyReused)
	}
	a.Replayed = true
	return a, true, h.settle(cl, c, a)
}

// Unsealable is the answer to an order that cannot be sealed: the one that it was given before, or the refusal.
func (h *Base) Unsealable(ctx context.Context, o Order, refusal *journal.Refusal) (journal.Answer, error) {
	a, known, err := h.Replay(ctx, o)
	switch {
	case err != nil:
	case known:
		err = h.Fetch(ctx, &a)
	default:
		err = request.ProblemOf(refusal)
	}
	return a, err
}
