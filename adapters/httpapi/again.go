package httpapi

import (
	"context"

	"github.com/florinledger/florin/ledger/journal"
)

// again gives the answer that the same request was given before under its key; told is false when it was
// not.
func (h *base) again(ctx context.Context, o order) (told bool, err error) {
	_, told, err = h.before(ctx, o)
	return told, err
}

// before is again, with what became of the request then. Errors: a *Problem, for a refusal of then too.
func (h *base) before(ctx context.Context, o order) (a journal.Answer, told bool, err error) {
	if o.key == "" {
		return a, false, nil
	}
	cl := callOf(ctx)
	var c journal.Command
	if c.ID, c.Hash, err = h.nameOf(cl, o.key); err != nil {
		return a, false, err
	}
	a, told, _, err = h.Outcomes.Outcome(ctx, c.ID)
	switch {
	case err != nil:
		return a, false, away(err)
	case !told:
		return a, false, nil
	}
	if a.Outcome.Hash != c.Hash {
		return a, true, fromRefusal(journal.ErrKeyReused)
	}
	a.Replayed = true
	return a, true, h.settle(cl, c, a)
}

// unsealable is the answer to an order that cannot be sealed: the one that it was given before, or the refusal.
func (h *base) unsealable(ctx context.Context, o order, refusal *journal.Refusal) (journal.Answer, error) {
	a, known, err := h.before(ctx, o)
	switch {
	case err != nil:
	case known:
		err = h.fetch(ctx, &a)
	default:
		err = fromRefusal(refusal)
	}
	return a, err
}
